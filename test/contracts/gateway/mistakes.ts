import type {
  Capabilities,
  ChargeIntent,
  Expected,
  Gateway,
  LookUp,
  Refunds,
  Scan,
  Sighting,
  Transmission,
} from "../../../adapters/gateways/port.ts";
import type { Money } from "../../../domain/money.ts";

/** An adapter with one mistake that would cost somebody money, and the case of the suite that must notice it. */
export type WrongAdapter = {
  readonly mistake: string;
  /** Words of the one case's name. */
  readonly noticedBy: string;
  /** Where the mistake can be made at all; everywhere where absent. */
  readonly when?: (can: Capabilities) => boolean;
  readonly wrong: (gateway: Gateway) => Gateway;
};

export const NO_BYTES = new Uint8Array();
export const DECLINED = { kind: "not-charged", how: "declined", reason: "general_decline" } as const;

export function seen(outcome: Sighting["outcome"], objectId = "made-up") {
  return {
    kind: "seen",
    sighting: { objectId, createdAt: "2026-04-05T06:00:00Z", outcome, raw: NO_BYTES },
  } as const;
}

export function charged({ amount }: Expected): ReturnType<typeof seen> {
  return seen({ kind: "charged", amount });
}

/** Changes how an end of a charge's transmission is read. */
export function sending(
  reading: (ended: Transmission, expected: Expected) => Transmission,
): WrongAdapter["wrong"] {
  return (gateway) => ({
    ...gateway,
    sendCharge: async (request) => reading(await gateway.sendCharge(request), request.expected),
  });
}

/** Changes how a look is read. */
export function looks(reading: (look: LookUp, expected: Expected) => LookUp): WrongAdapter["wrong"] {
  return (gateway) => ({
    ...gateway,
    lookUpCharge: async (request) => reading(await gateway.lookUpCharge(request), request.expected),
  });
}

/** Changes how a scan is read. */
export function scans(reading: (scan: Scan) => Scan): WrongAdapter["wrong"] {
  return (gateway) => ({
    ...gateway,
    findCharge: async (request) => reading(await gateway.findCharge(request)),
  });
}

/** Reads one outcome as another, wherever it is seen. */
export function outcomes(
  from: Sighting["outcome"]["kind"],
  to: (expected: Expected) => Sighting["outcome"],
): WrongAdapter["wrong"] {
  const read = <End extends Transmission | LookUp>(end: End, expected: Expected): End =>
    end.kind === "seen" && end.sighting.outcome.kind === from
      ? { ...end, sighting: { ...end.sighting, outcome: to(expected) } }
      : end;
  return (gateway) => looks(read)(sending(read)(gateway));
}

export function withRefunds(change: (refunds: Refunds) => Partial<Refunds>): WrongAdapter["wrong"] {
  return (gateway) => {
    const { refunds } = gateway;
    if (refunds === undefined) throw new Error("nothing to make a mistake in");
    return { ...gateway, refunds: { ...refunds, ...change(refunds) } };
  };
}

export function withPreparation(
  change: (request: Parameters<NonNullable<Gateway["preparation"]>["prepare"]>[0]) => typeof request,
): WrongAdapter["wrong"] {
  return (gateway) => {
    const { preparation } = gateway;
    if (preparation === undefined) throw new Error("nothing to make a mistake in");
    return { ...gateway, preparation: { prepare: (request) => preparation.prepare(change(request)) } };
  };
}

/** Sends another sum than it was asked for, and believes in it to the end: only the money itself can tell. */
export function otherSums(factor: number): WrongAdapter["wrong"] {
  const sum = <With extends { readonly amount: Money }>(asked: With): With => ({
    ...asked,
    amount: { ...asked.amount, amountMinor: Math.round(asked.amount.amountMinor * factor) },
  });
  return (honest) => {
    const preparing = honest.preparation === undefined ? honest : withPreparation(sum)(honest);
    const believing = outcomes("charged", ({ amount }) => ({
      kind: "charged",
      amount: { ...amount, amountMinor: Math.round(amount.amountMinor / factor) },
    }))(preparing);
    const asked = new Map<string, Money>();
    return {
      ...believing,
      buildCharge: (intent: ChargeIntent) => honest.buildCharge(sum(intent)),
      async sendCharge(request) {
        asked.set(request.expected.chargeId, request.expected.amount);
        const ended = await believing.sendCharge({ ...request, expected: sum(request.expected) });
        return told(ended, request.expected);
      },
      lookUpCharge: async (request) =>
        told(await believing.lookUpCharge({ ...request, expected: sum(request.expected) }), request.expected),
    };
  };
}

function told<End extends Transmission | LookUp>(end: End, { amount }: Expected): End {
  if (end.kind !== "seen" || end.sighting.outcome.kind !== "charged") return end;
  return { ...end, sighting: { ...end.sighting, outcome: { ...end.sighting.outcome, amount } } };
}

let transmissions = 0;

/** A key that no transmission before had. */
export function freshKey(key: string): string {
  transmissions += 1;
  return `${key}-${transmissions}`;
}
