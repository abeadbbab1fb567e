import { expect } from "vitest";
import type { Capabilities, MethodKind, Wallet } from "../../../adapters/gateways/port.ts";
import type { ContractPart } from "./contract-case.ts";

const KINDS = [
  "bank_card",
  "sbp",
  "yoo_money",
  "sberbank",
  "tinkoff_bank",
  "mobile_balance",
] as const satisfies readonly MethodKind[];
const WALLETS = ["apple_pay", "google_pay"] as const satisfies readonly Wallet[];

const without = (kinds: readonly MethodKind[] = []) => KINDS.filter((kind) => !kinds.includes(kind));
const savable = (can: Capabilities) => can.saveWithCharge ?? [];

/** What an adapter says that it cannot do, it refuses: nothing is left out in silence, nothing else is done in its place. */
export const lacks: ContractPart = {
  title: "what it cannot do, it refuses",
  cases: [
    {
      name: "a kind that cannot be bound without a payment",
      everywhere: true,
      when: (can) => without(can.bindWithoutPayment).length > 0,
      async run(till) {
        for (const methodKind of without(till.gateway.can.bindWithoutPayment))
          expect(await till.startBinding({ methodKind })).toMatchObject({ kind: "refused" });
      },
    },
    {
      name: "a wallet whose tokens it does not take",
      everywhere: true,
      when: (can) => can.walletTokens.length < WALLETS.length,
      async run(till) {
        for (const kind of WALLETS.filter((wallet) => !till.gateway.can.walletTokens.includes(wallet)))
          expect(await till.startBinding({ wallet: { kind, token: "tok_visa" } })).toMatchObject({
            kind: "refused",
          });
      },
    },
    {
      name: "something that is no one-time token in a wallet's place",
      everywhere: true,
      when: (can) => can.walletTokens.length > 0,
      async run(till) {
        for (const kind of till.gateway.can.walletTokens)
          expect(await till.startBinding({ wallet: { kind, token: "4242424242424242" } })).toMatchObject({
            kind: "refused",
          });
      },
    },
    {
      name: "a charge by a kind that must be saved first, before any gate is passed",
      everywhere: true,
      when: (can) => without(can.chargeWithoutSaving).length > 0,
      async run(till) {
        for (const methodKind of without(till.gateway.can.chargeWithoutSaving)) {
          const preparedObjectId = till.world.unknown.charge;
          const intent = till.withoutMethod({ methodKind, preparedObjectId });
          expect(() => till.gateway.buildCharge(intent)).toThrow(RangeError);
        }
      },
    },
    {
      name: "a charge without the payer and without a saved method",
      everywhere: true,
      async run(till) {
        const intent = till.withoutMethod({ initiatedBy: "mit" });
        expect(() => till.gateway.buildCharge(intent)).toThrow(RangeError);
      },
    },
    {
      name: "saving a method with a charge, of a kind that it cannot save",
      everywhere: true,
      when: (can) => without(savable(can)).length > 0,
      async run(till) {
        for (const methodKind of without(savable(till.gateway.can))) {
          const intent = till.withoutMethod({ methodKind, saveMethod: true, phone: "79161234567" });
          expect(() => till.gateway.buildCharge(intent)).toThrow(RangeError);
        }
      },
    },
    {
      name: "a fiscal receipt",
      everywhere: true,
      when: (can) => !can.receipt,
      async run(till) {
        const price = till.amount;
        const items = [{ description: "Bill", quantity: 1, price, vatCode: 1 }];
        const receipt = { customer: { email: "payer@example.org" }, items };
        const intent = { ...(await withObject(till)), receipt };
        expect(() => till.gateway.buildCharge(intent)).toThrow(RangeError);
      },
    },
    {
      name: "a utilities order",
      everywhere: true,
      when: (can) => !can.paymentOrder,
      async run(till) {
        const bank = {
          name: "Bank",
          bic: "044525225",
          account: "40702810400000000225",
          correspondentAccount: "30101810400000000225",
        };
        const recipient = { name: "Supplier", inn: "7707083893", kpp: "773601001", bank };
        const intent = { ...(await withObject(till)), paymentOrder: { purpose: "Bill", recipient } };
        expect(() => till.gateway.buildCharge(intent)).toThrow(RangeError);
      },
    },
    {
      name: "nothing above zero",
      everywhere: true,
      async run(till) {
        for (const amountMinor of [0, -1]) {
          const intent = { ...(await withObject(till)), amount: { ...till.amount, amountMinor } };
          expect(() => till.gateway.buildCharge(intent)).toThrow(RangeError);
        }
      },
    },
  ],
};

/** A charge that could be built, so that what a case adds is the one reason against it. */
async function withObject(till: Parameters<(typeof lacks)["cases"][number]["run"]>[0]) {
  const { intent } = await till.ready(till.intentOf());
  expect(till.gateway.buildCharge(intent).body.length).toBeGreaterThan(0);
  return intent;
}
