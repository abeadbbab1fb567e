import { join } from "node:path";
import { CityTime, type ClockEntry, clockEntry } from "../city-clock.ts";
import { type CityJournal, openCityJournal } from "../city-journal.ts";
import {
  chargeChange,
  type ChargeRecord,
  chargeSeed,
  type ChargeSeed,
  type paymentOrder,
} from "./charge-record.ts";
import { leftOf, moscowDay, moscowTime } from "./charge-sums.ts";
import { chargeNumber, paymentNumber } from "./numbers.ts";
import type { z } from "zod";

type Entry =
  | { readonly kind: "charge"; readonly charge: ChargeRecord }
  | { readonly kind: "cleared" }
  | ClockEntry
  | { readonly kind: "subscription"; readonly url: string };

const aYearMs = 365 * 86_400_000;

/** All that the registry knows, kept in a journal: a restart forgets nothing. Every change returns once it is on the disk. */
export class RegistryBook {
  readonly #charges = new Map<string, ChargeRecord>();
  readonly #journal: CityJournal<Entry>;
  readonly clock = new CityTime();
  #subscription = "";
  #serial = 0;

  constructor(dataDir: string) {
    this.#journal = openCityJournal<Entry>(join(dataDir, "registry.jsonl"), (entry) => this.#apply(entry));
  }

  /** The registry's clock. */
  nowMs(): number {
    return this.clock.nowMs();
  }

  /** Where notices go; nowhere when empty. */
  get subscription(): string {
    return this.#subscription;
  }

  /** All charges in the order in which they reached the registry. */
  charges(): readonly ChargeRecord[] {
    return [...this.#charges.values()];
  }

  find(uin: string): ChargeRecord | undefined {
    return this.#charges.get(uin);
  }

  /** Loads a charge, or replaces it as a whole. */
  async load(given: ChargeSeed): Promise<ChargeRecord> {
    const { uin, receivedAt, ...terms } = chargeSeed.parse(given);
    const record: ChargeRecord = {
      ...terms,
      uin: uin ?? this.#newNumber(),
      receivedAt: receivedAt ?? new Date(this.nowMs()).toISOString(),
      payments: [],
    };
    await this.#write({ kind: "charge", charge: record });
    return record;
  }

  /** A change by the issuer: `2` as the meaning and now as its date, unless said otherwise. */
  change(charge: ChargeRecord, given: z.input<typeof chargeChange>): Promise<ChargeRecord> {
    const asked = chargeChange.parse(given);
    const changeDate = moscowTime(this.nowMs());
    const told = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    return this.#put({ ...charge, meaning: "2", changeDate, ...told });
  }

  /** Annulled, or back from it. */
  turn(charge: ChargeRecord, meaning: "3" | "4", reason?: string): Promise<ChargeRecord> {
    return this.change(charge, { meaning, ...(reason === undefined ? {} : { reason }) });
  }

  /** A payment that some bank reports. The same number again changes nothing. */
  async pay(charge: ChargeRecord, order: z.output<typeof paymentOrder>): Promise<ChargeRecord> {
    const paidAt = order.paidAt ?? new Date(this.nowMs()).toISOString();
    const amountKopecks = order.amountKopecks ?? Math.max(1, leftOf(charge));
    const made = { bic: order.bic, day: moscowDay(paidAt), serial: this.#nextSerial() };
    const paymentId = order.paymentId ?? paymentNumber(made);
    if (charge.payments.some((payment) => payment.paymentId === paymentId)) return charge;
    const payment = { paymentId, amountKopecks, paidAt, revoked: false };
    return this.#put({ ...charge, payments: [...charge.payments, payment] });
  }

  /** A payment that its bank takes back. */
  revoke(charge: ChargeRecord, paymentId: string): Promise<ChargeRecord> {
    const payments = charge.payments.map((payment) =>
      payment.paymentId === paymentId ? { ...payment, revoked: true } : payment,
    );
    return this.#put({ ...charge, payments });
  }

  async clear(): Promise<void> {
    await this.#write({ kind: "cleared" });
  }

  async setClock(order: Parameters<typeof clockEntry>[0]): Promise<void> {
    await this.#write(clockEntry(order));
  }

  async subscribe(url: string): Promise<void> {
    await this.#write({ kind: "subscription", url });
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #put(charge: ChargeRecord): Promise<ChargeRecord> {
    await this.#write({ kind: "charge", charge });
    return charge;
  }

  async #write(entry: Entry): Promise<void> {
    this.#apply(entry);
    await this.#journal.append(entry);
  }

  #apply(entry: Entry): void {
    if (entry.kind === "charge") this.#charges.set(entry.charge.uin, entry.charge);
    else if (entry.kind === "cleared") this.#charges.clear();
    else if (entry.kind === "clock") this.clock.apply(entry);
    else this.#subscription = entry.url;
  }

  /** Numbers go on where a restart left off: they begin with the second of the year. */
  #newNumber(): string {
    for (;;) {
      const made = chargeNumber(
        "188",
        (Math.floor(Date.now() / 1000) % (aYearMs / 1000)) * 100_000 + this.#nextSerial(),
      );
      if (!this.#charges.has(made)) return made;
    }
  }

  #nextSerial(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
