import { afterAll, beforeAll, expect, test } from "vitest";
import { activateMethod, boundMethod } from "../../db/queries/binding-ends.ts";
import { beginBinding, readActiveMethods } from "../../db/queries/methods.ts";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import type { MethodUse } from "../../domain/capability-matrix.ts";
import { judgeSavedMethod } from "../../domain/method.ts";
import { type Due, makeDue, type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
let cards = 0;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

/** A debit whose only card has expired: its mandate waits for a card. */
async function cardLost(): Promise<Due & { readonly cardKey: string }> {
  const due = await makeDue(core);
  cards += 1;
  const cardKey = `card-${cards}`;
  await core.db
    .updateTable("methods")
    .set({ card_key: cardKey, state: "unusable", state_reason: "expired" })
    .where("id", "=", due.methodId)
    .execute();
  await followWithdrawals(core.db);
  expect(await mandateOf(due)).toBe("paused");
  return { ...due, cardKey };
}

async function bindAgain(
  { residentId, cardKey }: { readonly residentId: string; readonly cardKey: string },
  {
    uses = ["mandate", "pay-now", "batch"],
    namedByGateway = true,
  }: { readonly uses?: readonly MethodUse[]; readonly namedByGateway?: boolean },
): Promise<string> {
  const kind = "bank_card";
  const methodId = await inTransaction(core.db, (transaction) =>
    beginBinding(transaction, {
      residentId,
      gateway: "yookassa",
      kind,
      wallet: null,
      uses,
      returnPath: null,
    }),
  );
  const card = { brand: "Mir", last4: "4444", expiryMonth: 12, expiryYear: 2039, cardKey, namedByGateway };
  await inTransaction(core.db, (transaction) =>
    activateMethod(transaction, {
      methodId,
      objectId: `object-${methodId}`,
      gatewayKey: `key-${methodId}`,
      sealToken: (id) => core.sealer.seal(`token-of-${methodId}`, id),
      kind,
      wallet: null,
      title: "Mir *4444",
      ...card,
    }),
  );
  await followWithdrawals(core.db);
  return methodId;
}

async function mandateOf({ mandateId }: Due): Promise<string> {
  const row = await core.db
    .selectFrom("mandates")
    .select("state")
    .where("id", "=", mandateId)
    .executeTakeFirstOrThrow();
  return row.state;
}

const method = (id: string) =>
  core.db.selectFrom("methods").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

test("a card bound anew for all that it served works again, and so does the autopay that waited for it", async () => {
  const due = await cardLost();
  const bound = await bindAgain(due, {});
  expect(await mandateOf(due)).toBe("active");
  expect(await method(due.methodId)).toMatchObject({ state: "active", binding_object_id: `object-${bound}` });
  expect(await method(bound)).toMatchObject({ state: "withdrawn", joined_to: due.methodId });
});

test("a card bound anew for paying now only revives no autopay: it is a method of its own, with one budget", async () => {
  const due = await cardLost();
  const before = await method(due.methodId);
  const bound = await bindAgain(due, { uses: ["pay-now"] });
  expect(await mandateOf(due)).toBe("paused");
  expect(await method(due.methodId)).toEqual(before);
  expect(await method(bound)).toMatchObject({
    state: "active",
    uses: ["pay-now"],
    joined_to: null,
    card_key: due.cardKey,
  });
});

test("a card that may do more from now on may do what its owner said in this binding", async () => {
  const due = await cardLost();
  await core.db
    .updateTable("methods")
    .set({ uses: ["mandate"] })
    .where("id", "=", due.methodId)
    .execute();
  await bindAgain(due, { uses: ["mandate", "pay-now"] });
  expect(await method(due.methodId)).toMatchObject({ state: "active", uses: ["mandate", "pay-now"] });
});

test("brand, last four and expiry may be two cards: without the gateway's own name nothing is joined or revived", async () => {
  const due = await cardLost();
  const bound = await bindAgain(due, { namedByGateway: false });
  expect(await mandateOf(due)).toBe("paused");
  expect(await method(due.methodId)).toMatchObject({ state: "unusable" });
  expect(await method(bound)).toMatchObject({ state: "active", joined_to: null, card_key: due.cardKey });
});

test("a wallet that was chosen on the gateway's own page brings its rules: Apple Pay pays no “additional payments”", async () => {
  const { residentId } = await makeDue(core);
  const methodId = await inTransaction(core.db, (transaction) =>
    beginBinding(transaction, {
      residentId,
      gateway: "stripe",
      kind: "bank_card",
      wallet: null,
      uses: ["mandate", "pay-now", "batch"],
      returnPath: null,
    }),
  );
  const shown = { kind: "bank_card", title: "Visa *4242 (Apple Pay)", wallet: "apple_pay" } as const;
  await inTransaction(core.db, (transaction) =>
    activateMethod(transaction, {
      ...boundMethod(shown, (id) => core.sealer.seal("token", id)),
      methodId,
      objectId: "object",
      gatewayKey: null,
      cardKey: null,
    }),
  );
  const saved = (await readActiveMethods(core.db, { residentId, methodIds: [methodId] })).get(methodId);
  if (saved === undefined) throw new Error("it is not active");
  const asked = { use: "pay-now", taker: { gateway: "stripe", allowedMethods: ["bank_card"] } } as const;
  const judged = (section: string) =>
    judgeSavedMethod(saved, { ...asked, taker: { ...asked.taker, section } });
  expect(judged("main")).toEqual({ allowed: true });
  expect(judged("additional")).toEqual({ allowed: false, why: ["not-in-section"] });
});
