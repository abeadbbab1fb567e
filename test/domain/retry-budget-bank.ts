import type { Advice } from "../../domain/declines/advice.ts";
import { STRIPE_DECLINES } from "../../domain/declines/stripe.ts";
import type { NotCharged } from "../../domain/payment.ts";

/** How a charge ended at the bank of the model. */
export type BankAnswer =
  | { readonly how: "charged" }
  | { readonly how: NotCharged; readonly reason: string; readonly advice: Advice };

/** Random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CODES = [...Object.keys(STRIPE_DECLINES), "a_code_of_tomorrow"];
/** What banks mostly say: want of money and refusals without a reason keep retries going longest. */
const COMMON = [
  "insufficient_funds",
  "insufficient_funds",
  "do_not_honor",
  "generic_decline",
  "processing_error",
  "incorrect_cvc",
];
const NETWORK_ADVICE = ["03", "21", "24", "25", "26", "27", "28", "29", "30", "99"];
const NETWORK_DECLINES = ["05", "51", "04", "14", "57", "R0", "R1"];

/** Draws an answer: mostly declines, some with advice, a few successes, refusals and proofs of absence. */
export function answerOf(random: () => number): BankAnswer {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const dice = random();
  if (dice < 0.08) return { how: "charged" };
  if (dice < 0.12) return { how: "refused", reason: pick(["technical", "technical", "ours"]), advice: {} };
  if (dice < 0.14) return { how: "absent", reason: "absent", advice: {} };
  if (dice < 0.17) return { how: "expired", reason: "expired", advice: {} };
  const reason = random() < 0.8 ? pick(COMMON) : pick(CODES);
  const spoken = random();
  if (spoken < 0.05) return { how: "declined", reason, advice: { networkAdviceCode: pick(NETWORK_ADVICE) } };
  if (spoken < 0.07)
    return { how: "declined", reason, advice: { networkDeclineCode: pick(NETWORK_DECLINES) } };
  if (spoken < 0.1)
    return {
      how: "declined",
      reason,
      advice: { code: pick(["try_again_later", "do_not_try_again", "confirm_card_data"]) },
    };
  return { how: "declined", reason, advice: {} };
}
