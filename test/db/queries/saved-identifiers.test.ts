import { afterAll, beforeAll, expect, test } from "vitest";
import { listIdentifiers, saveIdentifier } from "../../../db/queries/saved-identifiers.ts";
import { subjectKey } from "../../../db/sealed.ts";
import { pushBill } from "../../support/rows-bills.ts";
import { makeBiller, makeResident } from "../../support/rows.ts";
import { type MoneyCore, openMoneyCore } from "../support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const claimKey = Buffer.alloc(32, 3);
const certificate = { kind: "sts", value: "7799123456" };

function save(residentId: string, change: { readonly label?: string; readonly provedBy?: string } = {}) {
  const identifier = {
    residentId,
    ...certificate,
    label: change.label ?? null,
    provedBy: change.provedBy ?? null,
  };
  return core.db
    .transaction()
    .execute((transaction) => saveIdentifier(transaction, { sealer: core.sealer, claimKey }, identifier));
}

test("one identifier is one row of a resident; saved again it takes the label and the proof given now", async () => {
  const residentId = await makeResident(core.db);
  const first = await save(residentId, { label: "mother's car" });
  expect(await save(residentId, { provedBy: "code" })).toEqual({ id: first.id, isNew: false });
  expect(await listIdentifiers(core.db, residentId)).toEqual([
    expect.objectContaining({ id: first.id, kind: "sts", label: "mother's car", provedBy: "code" }),
  ]);
});

test("the value is in no row in the clear, is found by its keyed name, and opens in its own row only", async () => {
  const [one, two] = [await makeResident(core.db), await makeResident(core.db)];
  await save(one);
  await save(two);
  const [mine] = await listIdentifiers(core.db, one);
  const [theirs] = await listIdentifiers(core.db, two);
  if (!mine || !theirs) throw new Error("not saved");
  expect(JSON.stringify([mine, mine.sealed.toString("latin1")])).not.toContain(certificate.value);
  expect(mine.subjectKey).toBe(subjectKey(claimKey, certificate));
  expect(theirs.subjectKey).toBe(mine.subjectKey);
  expect(core.sealer.open(mine.sealed, mine.id).toString()).toBe(certificate.value);
  expect(() => core.sealer.open(mine.sealed, theirs.id)).toThrow(/unable to authenticate/);
});

test("a new identifier lets the planner look at the bills about it that are owed, once", async () => {
  await makeBiller(core.db);
  const key = subjectKey(claimKey, certificate);
  const owed = await pushBill(core.db, { account: "about-the-car", subjects: [key] });
  const paid = await pushBill(core.db, { account: "about-the-car-paid", subjects: [key], status: "paid" });
  await pushBill(core.db, { account: "about-another-car" });
  await core.db.deleteFrom("outbox").execute();
  const residentId = await makeResident(core.db);
  await save(residentId);
  await save(residentId);
  const asked = await core.db.selectFrom("outbox").select(["kind", "subject_id"]).execute();
  expect(asked).toEqual([{ kind: "plan-bill", subject_id: owed.billId }]);
  expect(paid.billId).not.toBe(owed.billId);
});

test("equal digits of another kind, or under another key, are another name", () => {
  const names = [
    subjectKey(claimKey, certificate),
    subjectKey(claimKey, { ...certificate, kind: "inn" }),
    subjectKey(Buffer.alloc(32, 4), certificate),
  ];
  expect(new Set(names).size).toBe(3);
});
