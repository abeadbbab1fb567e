import { randomUUID } from "node:crypto";
import type { ChargeIntent, Gateway, Sighting, Transmission } from "../../../adapters/gateways/port.ts";
import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import { BankUnderTest, type DebitLine, returnUrl, shop } from "../../sandbox/bank/bank-under-test.ts";

export const AMOUNT = { amountMinor: 153_050, currency: "RUB" } as const;

/** The adapter before the sandbox bank: sends charges of its own making and looks at them. */
export class Counter {
  readonly bank: BankUnderTest;
  readonly gateway: Gateway;

  private constructor(bank: BankUnderTest) {
    this.bank = bank;
    this.gateway = createYooKassa({ ...shop, url: bank.bank.url, livemode: false });
  }

  static async open(): Promise<Counter> {
    return new Counter(await BankUnderTest.start());
  }

  send(intent: ChargeIntent): Promise<Transmission> {
    return this.gateway.sendCharge({
      key: intent.chargeId,
      body: this.gateway.buildCharge(intent).body,
      expected: expectedOf(intent),
      mayStillSend: () => true,
    });
  }

  async lookUp(intent: ChargeIntent, objectId: string): Promise<Sighting> {
    return mustSee(await this.gateway.lookUpCharge({ objectId, expected: expectedOf(intent) }));
  }

  /** What the bank has really taken for a charge. */
  async debitsOf({ chargeId }: ChargeIntent): Promise<DebitLine[]> {
    return (await this.bank.debits()).filter((debit) => debit.chargeId === chargeId);
  }
}

/** A new charge with the payer there and no saved method. */
export function intentOf(change: Partial<ChargeIntent> = {}): ChargeIntent {
  return {
    chargeId: `KV-${randomUUID().slice(0, 13)}-1`,
    paymentId: "KV-PAYMENT",
    amount: AMOUNT,
    description: "Bill",
    initiatedBy: "cit",
    payerReference: "payer-1",
    returnUrl,
    locale: "en",
    ...change,
  };
}

/** What every answer about a charge is checked against. */
export function expectedOf({ chargeId, paymentId, amount }: ChargeIntent) {
  return { chargeId, paymentId, amount, livemode: false };
}

/** What was seen; throws where nothing was. */
export function mustSee(ended: Transmission | Awaited<ReturnType<Gateway["lookUpCharge"]>>): Sighting {
  if (ended.kind !== "seen") throw new Error(`not seen: ${ended.kind} ${ended.detail}`);
  return ended.sighting;
}

/** The hours around now, as a window of a search. */
export function aroundNow(): { readonly createdFrom: string; readonly createdTo: string } {
  return {
    createdFrom: new Date(Date.now() - 300_000).toISOString(),
    createdTo: new Date(Date.now() + 3_600_000).toISOString(),
  };
}
