import { expect } from "vitest";
import type { ContractPart } from "./contract-case.ts";
import type { Till } from "./till.ts";

/** Methods that were saved before, as they are now: what the gateway's news of them and the watch over their expiry look up. */
export const savedMethods: ContractPart = {
  title: "looking at a saved method",
  cases: [
    {
      name: "it is usable, and shows the card as its payer knows it",
      everywhere: true,
      async run(till) {
        const { token, look } = await saved(till);
        expect(till.gateway.methodIdOf(token)).toMatch(/^[\x21-\x7e]+$/);
        expect(look).toMatchObject({
          kind: "usable",
          method: {
            token,
            saved: true,
            kind: "bank_card",
            last4: expect.stringMatching(/^\d{4}$/),
            expiryMonth: expect.any(Number),
            expiryYear: expect.any(Number),
          },
        });
      },
    },
    {
      name: "one that the gateway does not know is missing, which proves nothing",
      everywhere: true,
      async run(till) {
        const token = till.world.unknownMethod(await till.world.savedMethod());
        expect(await till.gateway.lookUpMethod({ token })).toMatchObject({ kind: "missing" });
      },
    },
    {
      name: "renewed by its issuer it is the same method with another expiry",
      async run(till) {
        const { token, look } = await saved(till);
        await till.bench.renew(token, { month: 11, year: 2041 });
        const renewed = await till.gateway.lookUpMethod({ token });
        expect(renewed).toMatchObject({
          kind: "usable",
          method: { token, expiryMonth: 11, expiryYear: 2041 },
        });
        expect(look).not.toEqual(renewed);
      },
    },
    {
      name: "switched off at the gateway it is gone",
      async run(till) {
        const { token } = await saved(till);
        await till.bench.unlink(token);
        expect(await till.gateway.lookUpMethod({ token })).toMatchObject({ kind: "gone" });
      },
    },
  ],
};

async function saved(till: Till) {
  const token = await till.world.savedMethod();
  return { token, look: await till.gateway.lookUpMethod({ token }) };
}
