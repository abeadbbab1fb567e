import type { BankView } from "../world/bank-view.ts";

const DAY_MS = 86_400_000;
const DELAY_DAYS = 3;
export const DELAY_SECONDS = (DELAY_DAYS * DAY_MS) / 1000;

/** What the bank does wrong, in percent of what it does. */
export const RATES = {
  answerDropped: 10,
  errorAfterCommit: 5,
  webhookTwice: 20,
  webhookLate: 2,
  /** Charges about which nothing can be learnt for three days: half of them were executed, half never arrived. */
  silentExecuted: 1,
  silentLost: 1,
} as const;

/**
 * Arms the bank for a whole run. Bands of one seed do not overlap, so each share is of all requests. Answers how to end the silence about the delayed
 * charges, three days later.
 */
export async function armFaults(bank: BankView, seed: number): Promise<{ endSilence: () => Promise<void> }> {
  const silent: string[] = [];
  for (const operation of CHARGES) silent.push(...(await armCharges(bank, seed, operation)));
  const webhooks = { operation: "notification" };
  await bank.arm({
    match: webhooks,
    chance: { seed, percent: RATES.webhookTwice },
    fault: { kind: "notification", mode: "duplicate" },
  });
  await bank.arm({
    match: webhooks,
    chance: { seed, fromPercent: RATES.webhookTwice, percent: RATES.webhookLate },
    fault: { kind: "notification", mode: "late", clock: "bank", delayMs: DELAY_DAYS * DAY_MS },
  });
  return {
    async endSilence() {
      for (const id of silent) await bank.disarm(id);
    },
  };
}

/** Requests that take money, at each face of the bank. */
const CHARGES = ["create_payment", "stripe_confirm"] as const;

/** Answers the ids of the orders that make charges silent. */
async function armCharges(
  bank: BankView,
  seed: number,
  operation: (typeof CHARGES)[number],
): Promise<readonly string[]> {
  const match = { operation };
  const silent = [
    await bank.arm({
      match,
      chance: { seed: seed + 1, percent: RATES.silentExecuted, per: "charge" },
      fault: { kind: "commit-then-drop" },
    }),
    await bank.arm({
      match,
      chance: { seed: seed + 1, fromPercent: RATES.silentExecuted, percent: RATES.silentLost, per: "charge" },
      fault: { kind: "drop-before" },
    }),
  ];
  await bank.arm({
    match,
    chance: { seed, percent: RATES.answerDropped },
    fault: { kind: "commit-then-drop" },
  });
  await bank.arm({
    match,
    chance: { seed, fromPercent: RATES.answerDropped, percent: RATES.errorAfterCommit },
    fault: { kind: "commit-then-500" },
  });
  return silent;
}
