import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Capabilities, Gateway } from "../../../adapters/gateways/port.ts";
import { bindings } from "./bindings.ts";
import { chargesWithPayer } from "./charges-with-payer.ts";
import { chargesWithoutPayer } from "./charges-without-payer.ts";
import type { ContractCase } from "./contract-case.ts";
import { ends } from "./ends.ts";
import type { GatewayWorld } from "./gateway-world.ts";
import { keys } from "./keys.ts";
import { lacks } from "./lacks.ts";
import { looking } from "./looking.ts";
import { notifications } from "./notifications.ts";
import { preparation } from "./preparation.ts";
import { refunds } from "./refunds.ts";
import { Till } from "./till.ts";
import { savedMethods } from "./saved-methods.ts";
import { unknownOutcomes } from "./unknown-outcomes.ts";

const PARTS = [
  chargesWithoutPayer,
  keys,
  chargesWithPayer,
  unknownOutcomes,
  looking,
  preparation,
  ends,
  refunds,
  bindings,
  savedMethods,
  notifications,
  lacks,
];

/** Every case that an adapter with these capabilities must pass; the part's title stands before its name. */
export function contractCases(can: Capabilities): readonly ContractCase[] {
  return PARTS.flatMap(({ title, cases }) =>
    cases
      .filter(({ when }) => when === undefined || when(can))
      .map((one) => ({ ...one, name: `${title}: ${one.name}` })),
  );
}

/** The cases that a vendor's own sandbox allows too. */
export function casesEverywhere(can: Capabilities): readonly ContractCase[] {
  return contractCases(can).filter(({ everywhere }) => everywhere === true);
}

/** An adapter that is to pass, and the server that it is to pass it against. */
export type Subject = {
  readonly name: string;
  readonly can: Capabilities;
  readonly open: () => Promise<GatewayWorld>;
};

/** Every gateway adapter passes this suite; each test names the assumption about the vendor that it protects. */
export function gatewayContract(subject: Subject): void {
  const till = new Till(subject.open);
  describe(`gateway contract: ${subject.name}`, () => {
    beforeAll(() => till.open());
    afterAll(() => till.close());
    test("the adapter states the capabilities that its cases were chosen by", () => {
      expect(till.gateway.can).toEqual(subject.can);
      mustHaveItsParts(till.gateway);
    });
    const cases = contractCases(subject.can).map(({ name, run }) => [name, run] as const);
    test.each(cases)("%s", (_, run) => run(till));
  });
}

/** The part of a capability is there exactly where the capability is. */
function mustHaveItsParts({ can, ...parts }: Gateway): void {
  expect({
    preparation: parts.preparation !== undefined,
    capture: parts.capture !== undefined,
    void: parts.void !== undefined,
    refunds: parts.refunds !== undefined,
  }).toEqual({
    preparation: can.preparesPayment,
    capture: can.captureHeld,
    void: can.voidHeld || can.voidPending,
    refunds: can.refund,
  });
}
