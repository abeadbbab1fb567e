import { createHash } from "node:crypto";
import type { LookUp, SeenMethod, Sighting, Transmission } from "../adapters/gateways/port.ts";
import type { Evidence } from "../db/queries/charging.ts";
import type { NotCharged } from "../domain/charge.ts";
import type { VoidWhy } from "../domain/object-wish.ts";

type Advice = NonNullable<Extract<Sighting["outcome"], { kind: "not-charged" }>["advice"]>;

/** What an answer is worth as evidence, with what has to be sealed beside it. */
export type Seen = {
  readonly evidence: Evidence;
  readonly raw?: Uint8Array;
  readonly confirmationUrl?: string | undefined;
  readonly alarm?: string;
  /** Advice of issuer and network beside a decline. */
  readonly advice?: Advice;
  /** What the end means for the next try, where that is not how it ended: an object that we ended ourselves. */
  readonly planHow?: NotCharged;
  /** The gateway says that it keeps the method that was charged: saved and active. */
  readonly saved?: SeenMethod;
  /** The gateway does not accept us at all (401, 403): the next charge would fare no better, whosever it is. */
  readonly refusesUs?: string;
};

/** The key is wrong, or lacks a permission: nothing was judged, and the next request would fare no better, whosever it is. */
export function isRefusalOfUs(status: number): boolean {
  return status === 401 || status === 403;
}

/** How a transmission ended, as evidence about its charge (payment rules §2.1 C2–C8). */
export function evidenceOfTransmission(answer: Transmission, transmission: number): Seen {
  switch (answer.kind) {
    case "seen":
      return evidenceOfSighting(answer.sighting, "answer", 2);
    case "never-sent":
      return { evidence: notCharged("refused", "technical", `never-sent/${transmission}`) };
    case "refused":
      return {
        evidence: notCharged(
          "refused",
          answer.class,
          `refused/${transmission}/${answer.status}/${answer.code}`,
        ),
        raw: answer.raw,
        ...(answer.class === "ours"
          ? { alarm: `${answer.status} ${answer.code} ${answer.parameter ?? ""}: ${answer.detail}` }
          : {}),
        // of a replay it says nothing about the charge, and the list is read all the same (§8.2)
        ...(transmission === 1 && isRefusalOfUs(answer.status)
          ? { refusesUs: `${answer.status} ${answer.code}` }
          : {}),
      };
    case "unanswered":
      return {
        evidence: { source: "answer", rank: 2, hash: `unanswered/${transmission}`, outcome: "unknown" },
        ...(answer.alarm === undefined ? {} : { alarm: answer.alarm }),
      };
  }
}

/** What a look-up saw; nothing when it saw nothing. */
export function evidenceOfLookUp(answer: LookUp): Seen | { readonly nothing: true; readonly alarm?: string } {
  switch (answer.kind) {
    case "seen":
      return evidenceOfSighting(answer.sighting, "look-up", 1);
    case "missing":
      return {
        nothing: true,
        alarm: `the gateway no longer knows an object that it named: ${answer.detail}`,
      };
    case "not-run":
      return { nothing: true };
    case "unanswered":
      return { nothing: true, ...(answer.alarm === undefined ? {} : { alarm: answer.alarm }) };
  }
}

export function evidenceOfSighting(
  sighting: Sighting,
  source: Evidence["source"],
  rank: Evidence["rank"],
): Seen {
  const { outcome, objectId } = sighting;
  const base = { source, rank, objectId, hash: hashOf([objectId, outcome]) };
  switch (outcome.kind) {
    case "charged":
      return {
        evidence: {
          ...base,
          outcome: "charged",
          amountMinor: outcome.amount.amountMinor,
          ...(outcome.fee === undefined ? {} : { feeMinor: outcome.fee.amountMinor }),
        },
        raw: sighting.raw,
        ...(sighting.method?.saved === true ? { saved: sighting.method } : {}),
      };
    case "challenged":
      return {
        evidence: { ...base, outcome: "challenged", confirmBy: outcome.confirmBy },
        raw: sighting.raw,
        confirmationUrl: outcome.confirmationUrl,
      };
    case "pending":
      return { evidence: { ...base, outcome: "pending" }, raw: sighting.raw };
    case "held":
      return {
        evidence: { ...base, outcome: "held", amountMinor: outcome.amount.amountMinor },
        raw: sighting.raw,
      };
    case "not-charged":
      return {
        evidence: {
          ...base,
          outcome: "not-charged",
          how: outcome.how,
          reason: outcome.reason,
          facts: declineFacts(outcome),
        },
        raw: sighting.raw,
        ...(outcome.advice === undefined ? {} : { advice: outcome.advice }),
      };
  }
}

/** Kept beside the evidence, in the clear: codes of vendors, nothing personal. */
function declineFacts({
  advice,
  party,
}: Extract<Sighting["outcome"], { kind: "not-charged" }>): NonNullable<Evidence["facts"]> {
  return {
    ...(party === undefined ? {} : { party }),
    ...(advice?.code === undefined ? {} : { adviceCode: advice.code }),
    ...(advice?.networkAdviceCode === undefined ? {} : { networkAdviceCode: advice.networkAdviceCode }),
    ...(advice?.networkDeclineCode === undefined ? {} : { networkDeclineCode: advice.networkDeclineCode }),
  };
}

/** What an ended object means for the payment's next step, by the reason why it was ended (docs/decisions/0041). */
const AFTER_VOID = {
  "challenge-over": "expired",
  "other-method": "expired",
  "not-run": "absent",
  stopped: "voided",
  unwanted: "voided",
  ghost: "voided",
} as const satisfies Record<VoidWhy, NotCharged>;

/**
 * Reads "ended without money" in the light of our own void. An unknown charge that has not run and cannot run any more is absent: the void is the proof
 * (payment rules §8.3). One that somebody else ended is asked about like one that its payer let expire.
 */
export function namedByVoid(seen: Seen, why: VoidWhy | null): Seen {
  const { evidence } = seen;
  if (evidence.outcome !== "not-charged" || evidence.how !== "voided") return seen;
  if (why === null) return { ...seen, planHow: "expired" };
  const planHow = AFTER_VOID[why];
  if (planHow !== "absent") return { ...seen, evidence: { ...evidence, source: "void" }, planHow };
  const proof = { source: "void", how: "absent", reason: "absent", hash: `void/${evidence.hash}` } as const;
  return { ...seen, evidence: { ...evidence, ...proof }, planHow };
}

function notCharged(how: string, reason: string, hash: string): Evidence {
  return { source: "answer", rank: 2, hash, outcome: "not-charged", how, reason };
}

function hashOf(fact: unknown): string {
  return createHash("sha256").update(JSON.stringify(fact)).digest("hex");
}
