import { z } from "zod";
import { businessTime, type ClockSetting, realTime } from "./bank/bank-clock.ts";

/** How a clock of the city is set: so far ahead of the machine's, at this pace from then on. */
export const clockOrder = z.strictObject({
  offsetMs: z.number().int(),
  scale: z.number().min(1).max(1_000_000).default(1),
});

/** A setting as journals keep it; one without an anchor was written at pace one. */
export type ClockEntry = {
  readonly kind: "clock";
  readonly offsetMs: number;
  readonly scale?: number;
  readonly anchorRealMs?: number;
};

/** What is written down about an order that came just now. */
export function clockEntry(order: z.infer<typeof clockOrder>): ClockEntry {
  return { kind: "clock", ...order, anchorRealMs: Date.now() };
}

/** The time of a server of the city; its server keeps the entries, so a restart goes on with the same time. */
export class CityTime {
  #setting: ClockSetting = realTime;

  apply({ offsetMs, scale = 1, anchorRealMs = 0 }: ClockEntry): void {
    this.#setting = { anchorBusinessMs: anchorRealMs + offsetMs, anchorRealMs, scale };
  }

  nowMs(): number {
    return businessTime(this.#setting, Date.now());
  }

  now(): string {
    return new Date(this.nowMs()).toISOString();
  }

  /** What its control shows. */
  shown(): { readonly offsetMs: number; readonly now: string } {
    const real = Date.now();
    const now = businessTime(this.#setting, real);
    return { offsetMs: now - real, now: new Date(now).toISOString() };
  }
}
