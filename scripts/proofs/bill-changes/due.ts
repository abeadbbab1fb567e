import { instantOf } from "../../../test/db/support/zone-time.ts";
import type { Word } from "./words.ts";

const DAY_MS = 86_400_000;
const HUNDRED_PERCENT = 10_000n;

/** The first instant at which the discount of a word is over: midnight of its payee after the last day. */
export function endOf({ discount }: Word, billerZone: string): number | null {
  if (discount === null) return null;
  const after = new Date(Date.parse(discount.until) + DAY_MS).toISOString().slice(0, 10);
  return instantOf({ date: after, time: "00:00:00" }, billerZone);
}

/** What has to be paid at an instant, by the words of the source alone. Written down a second time: whole kopecks, rounded up, in integers of any size. */
export function dueBy(word: Word, at: number, billerZone: string): number {
  const end = endOf(word, billerZone);
  if (end === null) return word.leftMinor;
  const less = reduced(word);
  if (at < end) return Math.min(less, word.leftMinor);
  return word.leftMinor === less ? word.fullMinor : word.leftMinor;
}

function reduced({ fullMinor, discount }: Word): number {
  if (discount === null) return fullMinor;
  if (discount.kind === "amount") return fullMinor - discount.value;
  const points =
    discount.kind === "percent"
      ? 10_000 - Math.round(discount.value * 100)
      : Math.round(discount.value * 10_000);
  const scaled = BigInt(fullMinor) * BigInt(points);
  return Number((scaled + HUNDRED_PERCENT - 1n) / HUNDRED_PERCENT);
}
