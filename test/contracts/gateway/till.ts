import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type {
  Binding,
  ChargeIntent,
  Expected,
  Gateway,
  LookUp,
  Scan,
  Sighting,
  Transmission,
} from "../../../adapters/gateways/port.ts";
import type { Money } from "../../../domain/money.ts";
import type { Bench, GatewayWorld, Mischief } from "./gateway-world.ts";

/** What every charge of the suite asks for, in minor units. */
export const AMOUNT_MINOR = 512_345;
export const RETURN_URL = "http://127.0.0.1:9/return";
const ALWAYS = () => true;

type Standing = { readonly objectId: string; readonly attemptBefore: string | null };
export type Ready = { readonly intent: ChargeIntent; readonly expected: Expected };

/** The hands of the suite: makes charges of its own and looks at them through the adapter. */
export class Till {
  readonly #open: () => Promise<GatewayWorld>;
  readonly #wrong: (gateway: Gateway) => Gateway;
  readonly #ready = new Map<string, Standing>();
  readonly #rounds = new Map<string, { round: number; objectId: string | undefined }>();
  #world: GatewayWorld | undefined;
  #gateway: Gateway | undefined;
  #token = "";

  /** `wrong` puts a mistake into the adapter, to see that the suite notices. */
  constructor(
    open: () => Promise<GatewayWorld>,
    wrong: (gateway: Gateway) => Gateway = (gateway) => gateway,
  ) {
    this.#open = open;
    this.#wrong = wrong;
  }

  async open(): Promise<void> {
    this.#world = await this.#open();
    this.#gateway = this.#wrong(this.#world.gateway);
    this.#token = await this.#world.savedMethod();
  }

  async close(): Promise<void> {
    await this.#world?.close();
  }

  get world(): GatewayWorld {
    if (this.#world === undefined) throw new Error("the world is not open");
    return this.#world;
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error("the world is not open");
    return this.#gateway;
  }

  /** Only where the server is ours. */
  get bench(): Bench {
    if (this.world.bench === undefined) throw new Error("a case for our own sandbox ran elsewhere");
    return this.world.bench;
  }

  get amount(): Money {
    return { amountMinor: AMOUNT_MINOR, currency: this.world.currency };
  }

  /** A new charge of a new payment, without the payer, by the saved method. */
  intentOf(change: Partial<ChargeIntent> = {}): ChargeIntent {
    const paymentId = `KV-${randomUUID().slice(0, 13)}`;
    return {
      chargeId: `${paymentId}-1`,
      paymentId,
      amount: this.amount,
      description: "Bill",
      initiatedBy: "mit",
      methodToken: this.#token,
      payerReference: "payer-1",
      returnUrl: RETURN_URL,
      locale: "en",
      ...change,
    };
  }

  /** The same payment's next charge. */
  nextOf(intent: ChargeIntent): ChargeIntent {
    return { ...intent, chargeId: `${intent.paymentId}-${Number(intent.chargeId.split("-").at(-1)) + 1}` };
  }

  /** A new charge with the payer, who has no saved method. */
  withoutMethod(change: Partial<ChargeIntent> = {}): ChargeIntent {
    const { methodToken: _, ...intent } = this.intentOf({ initiatedBy: "cit", ...change });
    return intent;
  }

  /** What is sent for a charge, and what its answers are checked against; prepared once, like the engine does before its gate. */
  async ready(intent: ChargeIntent): Promise<Ready> {
    const { chargeId, paymentId, amount } = intent;
    const expected: Expected = { chargeId, paymentId, amount, livemode: this.world.livemode };
    if (!this.gateway.can.preparesPayment) return { intent, expected };
    const standing = this.#ready.get(chargeId) ?? (await this.#prepare(intent));
    this.#ready.set(chargeId, standing);
    return {
      intent: { ...intent, preparedObjectId: standing.objectId },
      expected: { ...expected, attemptBefore: standing.attemptBefore },
    };
  }

  async #prepare(intent: ChargeIntent): Promise<Standing> {
    const { round, objectId } = this.#rounds.get(intent.paymentId) ?? { round: 1, objectId: undefined };
    const prepared = await this.prepare(intent, { round, ...(objectId === undefined ? {} : { objectId }) });
    if (prepared.kind !== "ready") throw new Error(`not prepared: ${prepared.kind} ${prepared.detail}`);
    this.#rounds.set(intent.paymentId, { round, objectId: prepared.objectId });
    return prepared;
  }

  /** Asks the adapter to prepare, and nothing else. */
  prepare(intent: ChargeIntent, { round = 1, objectId }: { round?: number; objectId?: string } = {}) {
    const { preparation } = this.gateway;
    if (preparation === undefined) throw new Error("the adapter prepares nothing");
    return preparation.prepare({
      key: `${intent.paymentId}-pi-${round}`,
      paymentId: intent.paymentId,
      amount: intent.amount,
      description: intent.description,
      payerReference: intent.payerReference,
      methodToken: intent.methodToken ?? "",
      methodKind: intent.methodKind ?? "bank_card",
      livemode: this.world.livemode,
      ...(objectId === undefined ? {} : { preparedObjectId: objectId }),
    });
  }

  /** The payment's object is closed: its next charge takes another one. */
  nextRound({ paymentId }: ChargeIntent): void {
    const { round } = this.#rounds.get(paymentId) ?? { round: 1 };
    this.#rounds.set(paymentId, { round: round + 1, objectId: undefined });
  }

  async send(charge: ChargeIntent, mayStillSend: () => boolean = ALWAYS): Promise<Transmission> {
    const { intent, expected } = await this.ready(charge);
    const { body } = this.gateway.buildCharge(intent);
    return this.gateway.sendCharge({ key: intent.chargeId, body, expected, mayStillSend });
  }

  async lookUp(charge: ChargeIntent, objectId: string): Promise<LookUp> {
    const { expected } = await this.ready(charge);
    return this.gateway.lookUpCharge({ objectId, expected });
  }

  /** Scans the day from five minutes ago, or from so many days off. */
  async find(charge: ChargeIntent, dayOffset = 0): Promise<Scan> {
    const { expected } = await this.ready(charge);
    return this.gateway.findCharge({ chargeId: charge.chargeId, ...windowOf(dayOffset), expected });
  }

  /** What evidence shows after an answer was lost: the object where its id is known before, else the scan. */
  async truth(charge: ChargeIntent): Promise<LookUp | Scan> {
    const { intent } = await this.ready(charge);
    return intent.preparedObjectId === undefined
      ? this.find(charge)
      : this.lookUp(charge, intent.preparedObjectId);
  }

  /** A capture or a void of a charge's object. */
  async end(
    which: "capture" | "void",
    charge: ChargeIntent,
    objectId: string,
    mayStillSend: () => boolean = ALWAYS,
  ): Promise<Transmission> {
    const { expected } = await this.ready(charge);
    const part = this.gateway[which];
    if (part === undefined) throw new Error(`the adapter has no ${which}`);
    const { attemptBefore = null } = expected;
    return part({ key: `${charge.chargeId}-${which}`, objectId, expected, attemptBefore, mayStillSend });
  }

  arm(intent: ChargeIntent, mischief: Mischief): Promise<void> {
    return this.bench.arm({ operation: "charge", intent, key: intent.chargeId }, mischief);
  }

  /** Sends a charge that must end at the gateway's page. */
  async challenged(intent: ChargeIntent) {
    const sighting = mustSee(await this.send(intent));
    if (sighting.outcome.kind !== "challenged") throw new Error(`not challenged: ${sighting.outcome.kind}`);
    const { confirmationUrl } = sighting.outcome;
    if (confirmationUrl === undefined) throw new Error("challenged without a page");
    return { objectId: sighting.objectId, ...sighting.outcome, confirmationUrl };
  }

  startBinding(change: Partial<Parameters<Gateway["startBinding"]>[0]> = {}): Promise<Binding> {
    return this.gateway.startBinding({
      key: `bind-${randomUUID()}`,
      bindingId: randomUUID(),
      returnUrl: RETURN_URL,
      locale: "ru",
      ...change,
    });
  }

  /** The money that a charge has really moved; at a server that is not ours nobody but the adapter can say. */
  async mustHaveTaken(intent: ChargeIntent, times: number, amountMinor = AMOUNT_MINOR): Promise<void> {
    if (this.world.bench === undefined) return;
    const taken = await this.bench.debits(intent.chargeId);
    expect(taken).toEqual(Array.from({ length: times }, () => ({ amountMinor })));
  }
}

/** A window of list requests around now. */
export function windowOf(dayOffset = 0): { readonly createdFrom: string; readonly createdTo: string } {
  const from = Date.now() + dayOffset * 86_400_000;
  return {
    createdFrom: new Date(from - 300_000).toISOString(),
    createdTo: new Date(from + 25 * 3_600_000).toISOString(),
  };
}

/** The sighting of a transmission that must have been answered. */
export function mustSee(ended: Transmission | LookUp): Sighting {
  if (ended.kind !== "seen") throw new Error(`not seen: ${ended.kind} ${ended.detail}`);
  return ended.sighting;
}
