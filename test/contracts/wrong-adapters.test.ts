import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractCases } from "./gateway/gateway-contract.ts";
import type { GatewayWorld } from "./gateway/gateway-world.ts";
import { stripeAtSandbox } from "./gateway/stripe-world.ts";
import { Till } from "./gateway/till.ts";
import type { WrongAdapter } from "./gateway/mistakes.ts";
import { WRONG_ABOUT_CHARGES } from "./gateway/wrong-about-charges.ts";
import { WRONG_ABOUT_THE_REST } from "./gateway/wrong-about-the-rest.ts";
import { yookassaAtSandbox } from "./gateway/yookassa-world.ts";

describe.each([yookassaAtSandbox, stripeAtSandbox])(
  "a wrong adapter fails the suite: $name",
  ({ can, open }) => {
    let world: GatewayWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.close());

    /** The one case that is named, run against an adapter. */
    async function run(noticedBy: string, wrong?: WrongAdapter["wrong"]): Promise<void> {
      const [one, ...others] = contractCases(can).filter(({ name }) => name.includes(noticedBy));
      if (one === undefined || others.length > 0) throw new Error(`not one case is named: ${noticedBy}`);
      const till = new Till(async () => world, wrong);
      await till.open();
      await one.run(till);
    }

    const possible = [...WRONG_ABOUT_CHARGES, ...WRONG_ABOUT_THE_REST].filter(
      ({ when }) => when === undefined || when(can),
    );
    for (const { mistake, noticedBy, wrong } of possible)
      test(`${mistake} → ${noticedBy}`, async () => {
        const noticed = await run(noticedBy, wrong).then(
          () => null,
          (error: unknown) => error,
        );
        expect(noticed).toBeInstanceOf(Error);
        // A defect of the suite itself would be no finding.
        expect(noticed).not.toBeInstanceOf(TypeError);
        expect(String(noticed)).not.toContain("not one case is named");
      });

    test("the same cases pass with the adapter as it is, so it is the mistakes that they notice", async () => {
      for (const noticedBy of new Set(possible.map((one) => one.noticedBy))) await run(noticedBy);
    });
  },
);
