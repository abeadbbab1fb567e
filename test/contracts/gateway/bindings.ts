import { expect } from "vitest";
import type { Binding } from "../../../adapters/gateways/port.ts";
import type { ContractPart } from "./contract-case.ts";
import { mustSee, type Till } from "./till.ts";

/** Methods bound without a payment. */
export const bindings: ContractPart = {
  title: "binding a method without a payment",
  cases: [
    {
      name: "it starts at the gateway's page, and waits there without being usable",
      everywhere: true,
      async run(till) {
        const { objectId, confirmationUrl, confirmBy } = await waiting(till);
        expect(new URL(confirmationUrl).protocol).toMatch(/^https?:$/);
        expect(Date.parse(confirmBy)).toBeGreaterThan(Date.now());
        expect(await till.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "waiting" });
        expect(await pays(till, objectId)).toBe(false);
      },
    },
    {
      name: "every kind that can be bound starts at a page and waits there",
      async run(till) {
        for (const methodKind of till.gateway.can.bindWithoutPayment) {
          const binding = await till.startBinding({ methodKind });
          expect(binding).toMatchObject({ kind: "waiting", confirmationUrl: expect.any(String) });
          const { objectId } = binding.kind === "waiting" ? binding : { objectId: "" };
          expect(await till.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "waiting" });
        }
      },
    },
    {
      name: "confirmed by the payer it is active, and pays without asking",
      async run(till) {
        const { objectId, confirmationUrl } = await waiting(till);
        await till.bench.payer(confirmationUrl, "confirm");
        const bound = await till.gateway.lookUpBinding({ objectId });
        expect(bound).toMatchObject({
          kind: "active",
          objectId,
          method: { saved: true, kind: "bank_card", last4: expect.stringMatching(/^\d{4}$/) },
        });
        expect(await pays(till, bound.kind === "active" ? bound.method.token : "")).toBe(true);
      },
    },
    {
      name: "refused by the payer it never becomes usable",
      async run(till) {
        const { objectId, confirmationUrl } = await waiting(till);
        await till.bench.payer(confirmationUrl, "refuse");
        // A vendor whose page offers another try keeps it open until the page's own end.
        expect((await till.gateway.lookUpBinding({ objectId })).kind).toMatch(/^(failed|waiting)$/);
        expect(await pays(till, objectId)).toBe(false);
      },
    },
    {
      name: "nobody comes to the page: after its stated time it has failed",
      async run(till) {
        const { objectId, confirmBy } = await waiting(till);
        await till.bench.aheadByMinutes(Math.ceil((Date.parse(confirmBy) - Date.now()) / 60_000) + 1);
        try {
          expect(await till.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "failed" });
        } finally {
          await till.bench.aheadByMinutes(0);
        }
      },
    },
    {
      name: "the same key is one binding",
      everywhere: true,
      async run(till) {
        const same = { key: `bind-${till.intentOf().chargeId}`, bindingId: "B-same" };
        const first = await till.startBinding(same);
        expect(first.kind).toBe("waiting");
        expect(await till.startBinding(same)).toMatchObject({
          objectId: "objectId" in first && first.objectId,
        });
      },
    },
    {
      name: "an unknown binding is refused",
      everywhere: true,
      async run(till) {
        const { binding: objectId } = till.world.unknown;
        expect(await till.gateway.lookUpBinding({ objectId })).toMatchObject({ kind: "refused" });
      },
    },
    {
      name: "a wallet's token becomes a saved method at once, and pays",
      everywhere: true,
      when: (can) => can.walletTokens.length > 0,
      async run(till) {
        for (const kind of till.gateway.can.walletTokens) {
          const bound = await till.startBinding({ wallet: { kind, token: till.world.walletToken ?? "" } });
          expect(bound).toMatchObject({ kind: "active", method: { saved: true } });
          expect(await pays(till, bound.kind === "active" ? bound.method.token : "")).toBe(true);
        }
      },
    },
  ],
};

async function waiting(till: Till): Promise<Extract<Binding, { kind: "waiting" }>> {
  const binding = await till.startBinding();
  if (binding.kind !== "waiting") throw new Error(`not waiting: ${binding.kind}`);
  return binding;
}

/** Whether a token takes money without the payer; anything that is no token of a saved method does not. */
async function pays(till: Till, methodToken: string): Promise<boolean> {
  const intent = till.intentOf({ methodToken });
  const prepared = till.gateway.can.preparesPayment ? await till.prepare(intent) : null;
  if (prepared !== null && prepared.kind !== "ready") return false;
  return mustEnd(await till.send(intent)) === "charged";
}

function mustEnd(ended: Awaited<ReturnType<Till["send"]>>): string {
  return ended.kind === "seen" ? mustSee(ended).outcome.kind : ended.kind;
}
