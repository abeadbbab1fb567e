import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ArrivalBiller, placeBill, receiveSourceBill } from "../../db/queries/arrivals.ts";
import { contentHash } from "../../db/content-hash.ts";
import { subjectKey } from "../../db/sealed.ts";
import type { SourceBill } from "../../domain/source-bill.ts";
import { makeBiller, payee } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db, "gibdd");
});
afterAll(() => core.close());

const keys = { claimKey: Buffer.alloc(32, 3), delivery: "reading-1" };
const biller: ArrivalBiller = { id: "gibdd", discountRule: null };

const bill = (change: Partial<SourceBill> = {}): SourceBill => ({
  source: "gis-gmp",
  biller: { id: null, payeeInn: payee.inn, category: null },
  uin: "18810123456789012345",
  account: null,
  period: null,
  kind: "charge",
  externalId: null,
  status: "issued",
  version: 1_790_000_000_000,
  issuedOn: "2026-11-01",
  dueOn: "2027-01-10",
  totalMinor: 75_000,
  dueMinor: 75_000,
  currency: "RUB",
  discount: { kind: "percent", value: 25, until: "2026-12-01" },
  purpose: "Штраф",
  payee: { ...payee, correspondentAccount: null, kbk: null, oktmo: null },
  subjects: [{ kind: "sts", value: "77УН123456" }],
  acknowledgement: null,
  payments: [],
  ...change,
});

const placed = (change: Partial<SourceBill>, rule: ArrivalBiller["discountRule"] = null) => {
  const answer = placeBill(bill(change), { ...biller, discountRule: rule }, keys);
  if (!answer.ok) throw new Error(answer.why);
  return answer.bill;
};

describe("a source's bill as it is stored", () => {
  test("whom it is about is a keyed hash; the number itself is nowhere", () => {
    const { subjects } = placed({});
    expect(subjects).toEqual([subjectKey(keys.claimKey, { kind: "sts", value: "77УН123456" })]);
    expect(JSON.stringify(placed({}))).not.toContain("77УН123456");
  });

  test.each([
    ["with all it may hold", {}],
    ["plain", { discount: null, subjects: [] }],
    ["plain, of an account", { discount: null, subjects: [], uin: null, account: "7", period: "2026-02" }],
    ["with words that JSON escapes", { discount: null, subjects: [], purpose: 'Дом "5"\\ \u007f' }],
    ["without days and sums", { discount: null, subjects: [], issuedOn: null, dueMinor: null }],
  ] as const)("its hash is that of all it says but its version: %s", (_what, change) => {
    const { version: _, ...content } = bill(change);
    expect(placed(change).contentHash).toBe(contentHash(content));
    expect(placed({ ...change, version: 2 }).contentHash).toBe(contentHash(content));
    expect(placed({ ...change, kind: "fine" }).contentHash).not.toBe(contentHash(content));
  });

  test("is named by its UIN, else by account, period and kind; both names where both are told", () => {
    const account = { account: "7700123456", period: "2026-11" };
    const byUin = placed({});
    const byAccount = placed({ uin: null, ...account });
    const byBoth = placed(account);
    expect(byBoth.identityKey).toBe(byUin.identityKey);
    expect(byBoth.accountKey).toBe(byAccount.identityKey);
    expect(byUin.accountKey).toBeNull();
    expect(
      placed({ account: "7700123456" }).accountKey,
      "an account without a period names no bill",
    ).toBeNull();
  });

  test.each([
    [{ dueMinor: 75_000 }, { status: "issued", amountMinor: 75_000, overpaid: false }],
    [{ dueMinor: null }, { status: "issued", amountMinor: 75_000, overpaid: false }],
    [{ dueMinor: 10_000 }, { status: "issued", amountMinor: 10_000, overpaid: false }],
    [{ dueMinor: 0 }, { status: "paid", amountMinor: 75_000, overpaid: false }],
    [{ dueMinor: -500 }, { status: "paid", amountMinor: 75_000, overpaid: true }],
    [
      { status: "annulled", dueMinor: 0 },
      { status: "annulled", amountMinor: 75_000, overpaid: false },
    ],
  ] as const)("%o is %o", (change, told) => {
    expect(placed(change)).toMatchObject({ ...told, fullMinor: 75_000 });
  });

  test("the same words with a new order are the same content: reading a registry again changes nothing", () => {
    expect(placed({ version: 2 }).contentHash).toBe(placed({ version: 1 }).contentHash);
    expect(placed({ dueMinor: 1 }).contentHash).not.toBe(placed({}).contentHash);
  });

  test("a registry states its discounts itself; a biller's own bills may leave it to the catalogue", () => {
    const rule = { kind: "percent", value: 10, withinDays: 20 } as const;
    expect(placed({ discount: null }, rule).discount).toBeNull();
    const own = placed({ discount: null, source: "push" }, rule);
    expect(own.discount).toEqual({ kind: "percent", value: 10, until: "2026-11-21" });
    expect(placed({ source: "push" }, rule).discount, "its own word goes first").toMatchObject({ value: 25 });
    const never = { kind: "amount", value: 75_000, withinDays: 20 } as const;
    expect(placed({ discount: null, source: "push" }, never).discount, "one that leaves nothing").toBeNull();
  });

  test("a bill without a last day is due by the end of its discount, else a month after its issue", () => {
    expect(placed({ dueOn: null }).dueOn).toBe("2026-12-01");
    expect(placed({ dueOn: null, discount: null }).dueOn).toBe("2026-12-01");
    expect(placed({ dueOn: null, discount: null, issuedOn: "2026-11-10" }).dueOn).toBe("2026-12-10");
  });

  test.each([
    ["nameless", { uin: null }],
    ["dateless", { dueOn: null, discount: null, issuedOn: null }],
    ["amounts", { totalMinor: 0 }],
    ["amounts", { dueMinor: 75_001 }],
    ["discount", { discount: { kind: "percent", value: 100, until: null } }],
    ["version", { version: 0.5 }],
  ] as const)("%s: %o is refused and stores nothing", (why, change) => {
    expect(placeBill(bill(change), biller, keys)).toEqual({ ok: false, why });
  });
});

describe("whose bill it is", () => {
  test("the biller with the payee's INN; of several the one with the very account; nobody guesses", async () => {
    expect(await receiveSourceBill(core.db, bill(), keys)).toMatchObject({ result: "new" });
    expect(await receiveSourceBill(core.db, bill({ version: 1_790_000_000_001 }), keys)).toMatchObject({
      result: "confirmed",
    });
    await makeBiller(core.db, "gibdd-2");
    expect(await receiveSourceBill(core.db, bill(), keys), "two with this account").toEqual({
      unplaceable: "biller-unknown",
    });
    await sql`update billers set payee = payee || '{"account": "40702810900000000999"}' where id = 'gibdd-2'`.execute(
      core.db,
    );
    expect(await receiveSourceBill(core.db, bill(), keys), "an earlier reading").toMatchObject({
      result: "stale",
    });
    const unknown = bill({ biller: { id: null, payeeInn: "7707083893", category: null } });
    expect(await receiveSourceBill(core.db, unknown, keys)).toEqual({ unplaceable: "biller-unknown" });
    const named = bill({ biller: { id: "gibdd-2", payeeInn: payee.inn, category: null }, uin: "UIN-2" });
    expect(await receiveSourceBill(core.db, named, keys)).toMatchObject({ result: "new" });
  });
});
