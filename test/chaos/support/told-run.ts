import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { type Engine, openEngine } from "../../support/engine.ts";
import { hookLinesOf, makeEndpoints } from "./told-hooks.ts";
import {
  confirmPayment,
  duePayment,
  makePayer,
  type Payer,
  rub,
  sendMessages,
  stopMandate,
} from "../../support/rows.ts";

/** Names of what happened in a database in which a few debts were paid by the engine's own commands, and the journals that lay beside it. */
export type Story = {
  /** Paid without the payer; the mandate was cancelled afterwards. */
  readonly paid: {
    readonly paymentId: string;
    readonly chargeId: string;
    readonly mandateId: string;
    /** Name of the letter that told of it. */
    readonly receiptId: string;
  };
  /** Declined, then paid with the payer. */
  readonly confirmed: { readonly paymentId: string; readonly mandateId: string };
  readonly journals: Journals;
};

/** The files of a run, as lines that are not yet written; a case may change them. */
export type Journals = {
  bank: readonly unknown[];
  mail: readonly unknown[];
  hooks: readonly unknown[];
  intents: readonly unknown[];
  truth: readonly unknown[];
  clock: readonly unknown[];
  faults: readonly unknown[];
  processes: readonly unknown[];
  logs: string;
  run: Readonly<Record<string, unknown>>;
};

export const planted = [
  { kind: "pan", value: "4111222233334444" },
  { kind: "webhook-secret", value: "whsec_canary_of_the_checker" },
] as const;

/** A story, and the database that it was played in. */
export type ToldStory = {
  readonly story: Story;
  readonly databaseUrl: string;
  readonly close: () => Promise<void>;
};

/** Plays the story once; its database stays until it is closed. */
export async function tellStory(): Promise<ToldStory> {
  const engine = await openEngine();
  return { story: await play(engine), databaseUrl: engine.databaseUrl, close: () => engine.close() };
}

async function play(engine: Engine): Promise<Story> {
  const { db, bank } = engine;
  const limits = { limitPerPayment: rub(1_000_000) } as const;
  await makeEndpoints(engine);
  const anna = await makePayer(engine, { terms: limits });
  const paid = await duePayment(db, anna, { externalId: "bill-1" });
  await engine.charge(paid.paymentId);
  const boris = await makePayer(engine, { terms: limits });
  const asked = await duePayment(db, boris, { externalId: "bill-2" });
  await bank.arm({ kind: "decline", reason: "3d_secure_failed" });
  await engine.charge(asked.paymentId);
  await confirmPayment(db, {
    paymentId: asked.paymentId,
    residentId: boris.residentId,
    methodId: boris.methodId,
  });
  await engine.charge(asked.paymentId);
  const { object_id: objectId } = await db
    .selectFrom("charges")
    .select("object_id")
    .where("id", "=", `${asked.paymentId}-2`)
    .executeTakeFirstOrThrow();
  await bank.settle(objectId ?? "", "succeeded");
  await engine.lookUp(`${asked.paymentId}-2`);
  await stopMandate(db, { mandateId: anna.mandateId, kind: "cancel" });
  await sendMessages(db);
  await standInForProcesses(engine);
  const { message_id: receiptId } = await db
    .selectFrom("notifications")
    .select("message_id")
    .where("payment_id", "=", paid.paymentId)
    .where("event", "=", "paid")
    .executeTakeFirstOrThrow();
  return {
    paid: { paymentId: paid.paymentId, chargeId: paid.chargeId, mandateId: anna.mandateId, receiptId },
    confirmed: { paymentId: asked.paymentId, mandateId: boris.mandateId },
    journals: {
      bank: (await bank.control<unknown[]>("GET", "/journal")).map((entry) => ({ entries: [entry] })),
      mail: await mailsOf(engine),
      hooks: await hookLinesOf(engine),
      intents: intentsOf(),
      truth: truthOf([anna, boris]),
      clock: [],
      faults: [],
      processes: [],
      logs: "nothing to hide\n",
      run: {
        seed: 7,
        command: "npm run chaos -- --seed 7 --minutes 3 --rate 1.5 --drill",
        quiescence: { reached: true, seconds: 3, left: [] },
        canaries: planted,
      },
    },
  };
}

/** What the generator would have written down of its payers, each with one bill. */
function truthOf(payers: readonly Payer[]): unknown[] {
  const [billerId, limits] = ["gorod-zhkh", { limitPerPayment: rub(1_000_000) }];
  return payers.flatMap((payer, index) => [
    { kind: "payer", ...payer, billerId, cardKind: "approves", limits },
    {
      kind: "bill",
      billerId,
      amountMinor: 512_345,
      currency: "RUB",
      account: payer.account,
      number: `bill-${index + 1}`,
    },
  ]);
}

/** No relay runs beside a story: what it would have carried is carried. */
async function standInForProcesses({ db }: Engine): Promise<void> {
  await sql`update outbox set done_at = clock_timestamp()`.execute(db);
  // nor does an API: the key of the call that the journals tell of
  await sql`insert into idempotency_keys (principal, key, fingerprint, state, status, lease_until)
    values ('resident', 'key-1', 'of its body', 'done', 201, clock_timestamp())`.execute(db);
}

/** As the mail server would have written them down. */
async function mailsOf({ db }: Engine): Promise<unknown[]> {
  const { rows } = await sql<{ message_id: string; email: string; at: string }>`
    select n.message_id, r.email, n.sent_at as at from notifications n join residents r on r.id = n.resident_id
    where n.state = 'accepted' and n.carried_by is null`.execute(db);
  return rows.map(({ message_id: name, email, at }) => ({
    kind: "delivery",
    delivery: { at, messageId: `<${name}@kvitok.example>`, to: [email], outcome: "stored", replyCode: 250 },
  }));
}

function intentsOf(): unknown[] {
  const at = new Date().toISOString();
  const call = { at, id: "call-1", op: "pay", key: "key-1" };
  const answered = { ...call, phase: "answered", status: 201, answer: { id: "made-once" } };
  return [
    { ...call, phase: "sent" },
    { ...call, phase: "lost" },
    { ...call, phase: "sent" },
    answered,
    { ...call, phase: "sent" },
    answered,
    { at, id: "forged-1", op: "forged-webhook", phase: "sent" },
    { at, id: "forged-1", op: "forged-webhook", phase: "answered", status: 401 },
  ];
}

/** Writes a run directory over a database; answers its path, which the caller removes. */
export function writeRun(databaseUrl: string, journals: Journals): string {
  const folder = mkdtempSync(join(tmpdir(), "kvitok-chaos-run-"));
  mkdirSync(join(folder, "histories"));
  const put = (name: string, lines: readonly unknown[]) => {
    writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return join(folder, name);
  };
  for (const name of ["intents", "truth", "faults", "processes", "clock"] as const)
    put(`${name}.ndjson`, journals[name]);
  const log = join(folder, "worker.log");
  writeFileSync(log, journals.logs);
  const files = {
    bank: [put("bank.jsonl", journals.bank)],
    mail: [put("mail.jsonl", journals.mail)],
    push: [],
    hooks: [put("hooks.jsonl", journals.hooks)],
    logs: [log],
  };
  writeFileSync(
    join(folder, "run.json"),
    JSON.stringify({ ...journals.run, database: { url: databaseUrl }, files }),
  );
  return folder;
}
