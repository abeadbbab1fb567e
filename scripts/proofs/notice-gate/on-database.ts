import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import { askGate, setClock } from "../../../test/db/support/money-core.ts";
import {
  acceptNotices,
  type Ground,
  livingNotice,
  makeMethod,
  makePayer,
  payee as onFile,
  planAll,
  planBillFor,
  pushBill,
} from "../../../test/support/rows.ts";
import type { Violation } from "../proof.ts";
import {
  type Card,
  livingOf,
  type Model,
  type Mutant,
  namedBy,
  type Operation,
  type Tamper,
} from "./model.ts";
import { type Case, type Counts, count, eventsOf, runCase } from "./pure.ts";

const SEED_STEP = 7_919;
/** The database's clock runs on while a step is carried out; no two steps are nearer to each other. */
const CLOCKS_MAY_DIFFER_MS = 4_000;
/** Far behind every case: lateness is no part of it. */
const DUE_AFTER_DAYS = 300;

type Stage = {
  readonly db: Database;
  readonly account: string;
  readonly mandateId: string;
  readonly paymentId: string;
  readonly dueOn: string;
  readonly cards: Readonly<Record<Card, string>>;
  version: number;
};

/** The same random cases on the pure model and on the real tables: after every step both say the same. */
export async function proveOnDatabase(
  ground: Ground,
  order: {
    readonly seed: number;
    readonly cases: number;
    readonly mutant?: Mutant;
    readonly say: (line: string) => void;
  },
): Promise<{ readonly violations: readonly Violation[]; readonly counts: Counts }> {
  const violations: Violation[] = [];
  const counts: Counts = { cases: 0, operations: 0, attempts: 0, debits: 0, refused: 0, onFirstClock: 0 };
  for (let index = 0; index < order.cases; index += 1) {
    const ran = runCase(order.seed + index * SEED_STEP, order.mutant);
    const differs = await replay(ground, ran);
    count(counts, ran);
    if (differs !== null) violations.push({ invariant: differs, seed: ran.seed, events: eventsOf(ran) });
    if (index > 0 && index % 50 === 0) order.say(`${index} cases on the database`);
  }
  return { violations, counts };
}

/** Carries a case out on the tables; answers the first difference in words, or null. */
async function replay(ground: Ground, ran: Case): Promise<string | null> {
  const { db } = ground;
  const stage = await setUp(ground, ran);
  const begun = await differenceOf(stage, ran.begun);
  if (begun !== null) return `at the beginning ${begun}`;
  let before = ran.begun;
  for (const [index, { operation, at, verdict, after }] of ran.steps.entries()) {
    await setClock(db, new Date(at).toISOString());
    const passed = await carryOut(stage, operation, { ...before, now: at });
    const says = verdict === null ? null : verdict === "passed";
    if (passed !== says)
      return `step ${index + 1}: the model says ${verdict ?? "nothing"}, the gate ${passed ? "passed" : "refused"}`;
    const differs = await differenceOf(stage, after);
    if (differs !== null) return `after step ${index + 1} ${differs}`;
    before = after;
  }
  return (await differentCharges(db, stage.paymentId)) ? "a charge differs from its notice" : null;
}

async function setUp(ground: Ground, { start }: Case): Promise<Stage> {
  const { db } = ground;
  await setClock(db, new Date(start.now).toISOString());
  const payer = await makePayer(ground, {
    cards: 2,
    terms: { noticePack: NOTICE_PACKS[start.pack], zone: start.zone },
  });
  const third = await makeMethod(ground, {
    residentId: payer.residentId,
    token: await ground.bank.bindCard(),
  });
  const methods = await db
    .selectFrom("mandate_versions")
    .select(sql<string[]>`terms->'methods'`.as("ids"))
    .where("mandate_id", "=", payer.mandateId)
    .executeTakeFirstOrThrow();
  const [first = "", second = ""] = methods.ids;
  const dueOn = new Date(start.now + DUE_AFTER_DAYS * 86_400_000).toISOString().slice(0, 10);
  const { paymentId } = await planBillFor(db, payer, { amountMinor: start.amount, dueOn });
  return {
    db,
    account: payer.account,
    mandateId: payer.mandateId,
    paymentId,
    dueOn,
    cards: { A: first, B: second, C: third },
    version: 1,
  };
}

/** True or false for an attempt, null for everything else. */
async function carryOut(stage: Stage, operation: Operation, model: Model): Promise<boolean | null> {
  const { db, paymentId } = stage;
  switch (operation.do) {
    case "wait":
    case "wait-for":
      return null;
    case "accept":
      await acceptNotices(db, paymentId);
      return null;
    case "bounce": {
      const living = await livingNotice(db, paymentId);
      const id = operation.which === "first" ? (living?.clock_of ?? living?.id) : living?.id;
      if (id !== undefined) await sql`select void_notice(${id}, 'bounced')`.execute(db);
      return null;
    }
    case "amount":
      await amend(stage, { amount: operation.amount, payee: model.payee });
      return null;
    case "payee":
      await amend(stage, { amount: model.amount, payee: operation.payee });
      return null;
    case "edit":
      await edit(stage, operation);
      return null;
    case "tamper":
      await tamper(stage, operation.field);
      return null;
    case "attempt":
      return attempt(stage, operation, model);
  }
}

async function amend(
  stage: Stage,
  bill: { readonly amount: number; readonly payee: Model["payee"] },
): Promise<void> {
  stage.version += 1;
  await pushBill(stage.db, {
    account: stage.account,
    version: stage.version,
    amountMinor: bill.amount,
    dueOn: stage.dueOn,
    payee: bill.payee === "on-file" ? onFile : { ...onFile, account: "40702810900000000999" },
  });
  await planAll(stage.db);
}

async function edit(
  { db, mandateId, cards }: Stage,
  { narrowing, methods }: { readonly narrowing: boolean; readonly methods: readonly Card[] },
): Promise<void> {
  const ids = JSON.stringify(methods.map((card) => cards[card]));
  await sql`with next as (update mandates set version = version + 1 where id = ${mandateId} returning version)
    insert into mandate_versions (mandate_id, version, terms, narrowing)
      select v.mandate_id, next.version, jsonb_set(v.terms, '{methods}', ${ids}::jsonb), ${narrowing}
      from mandate_versions v, next where v.mandate_id = ${mandateId} and v.version = next.version - 1`.execute(
    db,
  );
  await sql`select plan_mandate_again(${mandateId}, 'terms-changed')`.execute(db);
  await planAll(db);
}

async function tamper({ db, paymentId, cards }: Stage, field: Tamper): Promise<void> {
  const set = {
    amount: sql`amount_minor = amount_minor - 1`,
    currency: sql`currency = 'USD'`,
    payee: sql`payee_hash = 'somebody else'`,
    method: sql`method_id = ${cards.C}, fallbacks = '{}'`,
    day: sql`planned_on = planned_on + 1`,
    version: sql`mandate_version = 0`,
  }[field];
  await sql`update notices set ${set} where payment_id = ${paymentId} and state <> 'void'`.execute(db);
}

async function attempt(
  { db, paymentId, cards }: Stage,
  operation: Operation & { readonly do: "attempt" },
  model: Model,
): Promise<boolean> {
  const { card } = namedBy(model, operation);
  const older =
    operation.notice === "living"
      ? undefined
      : await db
          .selectFrom("notices")
          .select("id")
          .where("payment_id", "=", paymentId)
          .where("state", "=", "void")
          .orderBy("created_at", "desc")
          .executeTakeFirst();
  const { verdict } = await askGate(db, paymentId, {
    ...(older === undefined ? {} : { noticeId: older.id }),
    ...(operation.card === "first" ? {} : { methodId: cards[card] }),
  });
  return verdict === "passed";
}

/** Where the tables and the model say different things, in words. */
async function differenceOf({ db, paymentId }: Stage, model: Model): Promise<string | null> {
  const [row, notice] = await Promise.all([standingOf(db, paymentId), livingNotice(db, paymentId)]);
  const state = row.state === "needs-payer" ? "asked" : row.state;
  if (state !== model.state)
    return `the payment is ${state} (${row.need ?? ""}), in the model ${model.state}`;
  if (row.given !== model.notices.length)
    return `${row.given} notices were written, in the model ${model.notices.length}`;
  const living = livingOf(model);
  if ((notice === undefined) !== (living === undefined))
    return `the living notice is ${notice?.state ?? "none"}, in the model ${living?.state ?? "none"}`;
  if (notice === undefined || living === undefined || living.tampered !== null) return null;
  const rows = [notice.state, notice.amount_minor, notice.planned_on, notice.clock_of !== null].join(" ");
  const said = [living.state, living.amount, living.plannedOn, living.clockOf !== null].join(" ");
  if (rows !== said) return `the notice is ${rows}, in the model ${said}`;
  const apart = [
    Date.parse(notice.not_before) - living.notBefore,
    Date.parse(notice.not_after) - living.notAfter,
  ];
  return apart.some((ms) => Math.abs(ms) > CLOCKS_MAY_DIFFER_MS)
    ? `its days are ${notice.not_before} to ${notice.not_after}, in the model ${new Date(living.notBefore).toISOString()} to ${new Date(living.notAfter).toISOString()}`
    : null;
}

/** A payment, and how many notices were ever written for it. */
async function standingOf(db: Database, paymentId: string) {
  return db
    .selectFrom("payments as y")
    .select(["y.state", "y.need"])
    .select(sql<number>`(select count(*)::int from notices n where n.payment_id = y.id)`.as("given"))
    .where("y.id", "=", paymentId)
    .executeTakeFirstOrThrow();
}

/** Is there a charge whose notice, as it was written, is no permission for it? Read back once more, past all checks. */
async function differentCharges(db: Database, paymentId: string): Promise<boolean> {
  const { rowCount } = await db
    .selectFrom("charges as c")
    .leftJoin("notices as n", "n.id", "c.notice_id")
    .select(sql<number>`1`.as("found"))
    .where("c.payment_id", "=", paymentId)
    .where(
      sql<boolean>`(n.state = 'accepted' and n.amount_minor = c.amount_minor and n.currency = c.currency and n.payee_hash = c.payee_hash
        and (n.method_id = c.method_id or c.method_id = any (n.fallbacks)) and c.first_sent_at between n.not_before and n.not_after
        and n.accepted_at <= c.first_sent_at) is not true`,
    )
    .execute()
    .then((rows) => ({ rowCount: rows.length }));
  return rowCount > 0;
}
