import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectAccount } from "../../../db/queries/accounts.ts";
import { placeBill } from "../../../db/queries/arrivals.ts";
import { receiveBill } from "../../../db/queries/bills.ts";
import { subjectKey } from "../../../db/sealed.ts";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import { findFileBiller } from "../../../db/registry/file-biller.ts";
import { readRegistryFile } from "../../../db/registry/file-reader.ts";
import { askGate, type MoneyCore, openMoneyCore, record, seen } from "../support/money-core.ts";
import { makeMandate, makeMethod, makeResident, planAll } from "../../support/rows.ts";
import { formatOf, streamOf } from "./files.ts";
import { claimKey, importText, makeFileBiller, stateOf } from "./imports.ts";

let sets: MoneyCore;
let oneByOne: MoneyCore;
beforeAll(async () => {
  [sets, oneByOne] = await Promise.all([openMoneyCore(), openMoneyCore()]);
});
afterAll(() => Promise.all([sets.close(), oneByOne.close()]));

const ACCOUNTS = ["1", "2", "3", "4", "5", "6"];

/** What happens between two files: bills are planned, a person begins to pay one, the gateway shows the money. */
const DEEDS = ["plan", "charge", "money", "nothing"] as const;

type Line = {
  readonly account: string;
  /** Which of the two UINs of its round; null: none. */
  readonly uin: number | null;
  readonly period: string;
  readonly amount: string;
  readonly left: string;
  readonly version: number;
  readonly status: string;
  readonly issuedOn: string;
  readonly discount: string;
  readonly vehicle: string;
};

/** Where no line names a discount, this rule of the biller does: its end is near or over, by the day of issue. */
const RULE = { kind: "percent", value: 25, withinDays: 30 } as const;
const today = new Date();
const dayBefore = (days: number) => {
  const day = new Date(today.getTime() - days * 86_400_000).toISOString().slice(0, 10);
  return day.split("-").toReversed().join(".");
};

const line: fc.Arbitrary<Line> = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  uin: fc.constantFrom(null, null, null, null, null, null, 0, 1),
  period: fc.constantFrom("01.2026", "01.2026", "01.2026", "02.2026"),
  amount: fc.constantFrom("100,00", "100,00", "100,00", "200,00"),
  left: fc.constantFrom("", "", "", "", "", "100,00", "50,00", "0,00", "-1,00"),
  version: fc.integer({ min: 1, max: 4 }),
  status: fc.constantFrom("1", "1", "1", "1", "1", "1", "0", "2"),
  issuedOn: fc.constantFrom("", dayBefore(3), dayBefore(40)),
  discount: fc.constantFrom("", "", "", `10;${dayBefore(-20)}`, `50;${dayBefore(5)}`),
  vehicle: fc.constantFrom("", "", "77УН123456", "77УН654321"),
});

const format = formatOf({
  width: 13,
  columns: {
    account: 1,
    uin: 2,
    period: 3,
    amount: 4,
    left: 5,
    dueOn: 6,
    purpose: 7,
    status: 8,
    version: 9,
    issuedOn: 10,
    discountPercent: 11,
    discountUntil: 12,
  },
  subjects: [{ kind: "sts", column: 13 }],
});

/** Two UINs that no other round has: a UIN is one debt, whoever tells it. */
function newUins(): readonly string[] {
  return [0, 1].map((place) => {
    const body = `188${randomUUID().replaceAll(/\D/g, "").padEnd(15, "7").slice(0, 15)}${place}`;
    const digit = Array.from("0123456789").find((last) => parseUin(body + last).ok);
    return body + (digit ?? "");
  });
}

const textOf = (lines: readonly Line[], uins: readonly string[]) =>
  lines
    .map(({ account, uin, period, amount, left, status, version, issuedOn, discount, vehicle }) =>
      [
        account,
        uin === null ? "" : uins[uin],
        period,
        amount,
        left,
        "15.03.2026",
        "Услуги",
        status,
        version,
        issuedOn,
        discount === "" ? ";" : discount,
        vehicle,
      ].join(";"),
    )
    .join("\n")
    .concat("\n");

const said = (account: string, change: Partial<Line> = {}): Line => ({
  account,
  uin: null,
  period: "01.2026",
  amount: "100,00",
  left: "",
  version: 1,
  status: "1",
  issuedOn: "",
  discount: "",
  vehicle: "",
  ...change,
});

/** Lines that share no name with each other and still speak of one debt: the bill bears both names, or what was its twin did. */
const NAMED_BY_BOTH: [Line[][], (typeof DEEDS)[number][]][] = [
  [
    [
      [said("3", { uin: 0 }), said("1")],
      [said("1"), said("1", { period: "02.2026" })],
      [said("1", { uin: 0, version: 2 }), said("3", { version: 3, discount: `50;${dayBefore(5)}` })],
    ],
    ["charge", "money", "plan"],
  ],
  [
    [
      [said("3"), said("1", { uin: 1 })],
      [said("1", { version: 3 }), said("3", { uin: 1, period: "02.2026", version: 2 }), said("1")],
      [said("1"), said("1", { period: "02.2026" })],
    ],
    [],
  ],
  [
    [
      [said("1"), said("2", { uin: 0 })],
      [said("2"), said("1", { uin: 0, version: 2 })],
      [said("2", { uin: 0, version: 4 }), said("1", { version: 3, amount: "200,00" })],
      [said("2", { version: 5 }), said("1", { version: 6 })],
    ],
    [],
  ],
];

/** A newer version that names somebody else, beside one that names somebody in addition. */
const ABOUT_SOMEBODY_ELSE: [Line[][], (typeof DEEDS)[number][]][] = [
  [
    [
      // lines at even places come once more, and are not applied as a set
      [said("6"), said("2", { vehicle: "77УН123456" }), said("6", { period: "02.2026" }), said("3")],
      [
        said("2", { version: 2, amount: "200,00", vehicle: "77УН654321" }),
        said("3", { version: 2, amount: "200,00", vehicle: "77УН123456" }),
      ],
    ],
    [],
  ],
];

test.each([
  ["", null],
  [", where the biller's rule gives a discount too", RULE],
])(
  "a file leads to what its lines, told one by one in their order, lead to%s",
  async (_where, rule) => {
    // Most debts stand once in a file, some twice; the next file speaks of the same debts.
    const alone = fc.uniqueArray(line, {
      minLength: 4,
      maxLength: 8,
      selector: ({ account, period }) => account + period,
    });
    const file = fc
      .tuple(alone, fc.array(line, { maxLength: 2 }))
      .map(([once, again]) => [...once, ...again]);
    const files = fc.array(file, { minLength: 2, maxLength: 4 });
    const deeds = fc.oneof(
      fc.constant(["charge", "money", "plan"] as const),
      fc.array(fc.constantFrom(...DEEDS), { maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(files, deeds, async (told, between) => {
        await Promise.all([sets, oneByOne].map(drain));
        const uins = newUins();
        const billerId = `biller-${randomUUID()}`;
        await Promise.all([sets, oneByOne].map((core) => prepare(core, billerId, rule)));
        for (const [round, fresh] of told.entries()) {
          // every other line of the file before comes once more, word for word
          const lines = [...(told[round - 1] ?? []).filter((_, place) => place % 2 === 0), ...fresh];
          const text = textOf(lines, uins);
          const { refused } = await importText(sets, billerId, text);
          await tellOneByOne(oneByOne, {
            billerId,
            text,
            refused: new Set(refused.map(([number]) => number)),
          });
          expect(await stateOf(sets, billerId)).toEqual(await stateOf(oneByOne, billerId));
          const deed = between[round] ?? "nothing";
          await Promise.all([sets, oneByOne].map((core) => act(core, billerId, deed)));
        }
      }),
      {
        numRuns: 16 + NAMED_BY_BOTH.length + ABOUT_SOMEBODY_ELSE.length,
        examples: [...ABOUT_SOMEBODY_ELSE, ...NAMED_BY_BOTH],
        plugins: [fc.interruptAfterTimeLimit(200_000)],
      },
    );
  },
  240_000,
);

/** Somebody follows account 1 and has saved one of the vehicles, a mandate covers account 2. */
async function prepare(core: MoneyCore, billerId: string, rule: typeof RULE | null): Promise<void> {
  await makeFileBiller(core, { id: billerId, format });
  await sql`update billers set discount_rule = ${JSON.stringify(rule)}::jsonb where id = ${billerId}`.execute(
    core.db,
  );
  const residentId = await makeResident(core.db);
  await core.db
    .transaction()
    .execute((transaction) =>
      connectAccount(transaction, { residentId, billerId, account: "1", label: null }),
    );
  await sql`insert into saved_identifiers (resident_id, kind, subject_key, sealed)
    values (${residentId}, 'sts', ${subjectKey(claimKey, { kind: "sts", value: "77УН123456" })}, 'sealed elsewhere')`.execute(
    core.db,
  );
  const methodId = await makeMethod(core, { residentId, token: "token" });
  await makeMandate(core.db, { residentId, account: "2", methods: [methodId], billerId });
}

/** Nobody plans here: an import waits where too much waits for the planner. */
async function drain({ db }: MoneyCore): Promise<void> {
  await sql`update outbox set done_at = business_now() where done_at is null`.execute(db);
}

async function tellOneByOne(
  core: MoneyCore,
  told: { readonly billerId: string; readonly text: string; readonly refused: ReadonlySet<number> },
): Promise<void> {
  const found = await findFileBiller(core.db, told.billerId);
  if (found === undefined || found.format === null) throw new Error("no format");
  const wanted = { format: found.format, biller: found.biller, fileVersion: 1 };
  for await (const { bills } of readRegistryFile(streamOf(told.text), wanted)) {
    for (const { line: number, bill } of bills) {
      const placed = placeBill(bill, found.biller, {
        claimKey,
        delivery: `${told.billerId}/${randomUUID()}`,
      });
      if (placed.ok && !told.refused.has(number)) await receiveBill(core.db, placed.bill);
    }
  }
}

async function act(core: MoneyCore, billerId: string, deed: (typeof DEEDS)[number]): Promise<void> {
  if (deed === "plan") await planAll(core.db);
  if (deed === "charge") await beginToPay(core, billerId);
  if (deed === "money") await showMoney(core, billerId);
}

/** A charge of the first bill that is owed and that nobody pays yet: its answer is not known. */
async function beginToPay(core: MoneyCore, billerId: string): Promise<void> {
  const { rows } = await sql<{ paymentId: string | null }>`
    with r as (select id from residents limit 1), wanted as (select b.* from bills b where b.biller_id = ${billerId} and b.state = 'owed'
      and not exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'needs-payer', 'charging')) order by b.identity_key limit 1)
    select pay_now(jsonb_build_object('billId', w.id, 'residentId', a.resident_id, 'methodId', m.id, 'amountMinor', bill_due(w), 'payeeHash', w.payee_hash,
        'route', 'manual', 'channel', 'page', 'signIn', 'oidc', 'ip', '127.0.0.1'))->>'paymentId' as "paymentId"
      from wanted w, payer_accounts a join methods m on m.resident_id = a.resident_id where a.biller_id = ${billerId}`.execute(
    core.db,
  );
  const paymentId = rows[0]?.paymentId;
  if (typeof paymentId === "string") await askGate(core.db, paymentId);
}

async function showMoney(core: MoneyCore, billerId: string): Promise<void> {
  const { rows } = await sql<{
    id: string;
    amount: number;
  }>`select c.id, c.amount_minor as amount from charges c join payments y on y.id = c.payment_id
    join bills b on b.id = y.bill_id where b.biller_id = ${billerId} and c.state = 'sending' order by b.identity_key limit 1`.execute(
    core.db,
  );
  const [charge] = rows;
  if (charge !== undefined) await record(core.db, charge.id, seen.charged(charge.amount));
}
