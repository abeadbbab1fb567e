import { createHash } from "node:crypto";
import type { LookUp, Sighting, Transmission } from "../adapters/gateways/port.ts";
import type { Evidence } from "../db/queries/charging.ts";

/** What an answer is worth as evidence, with what has to be sealed beside it. */
export type Seen = {
  readonly evidence: Evidence;
  readonly raw?: Uint8Array;
  readonly confirmationUrl?: string;
  readonly alarm?: string;
};

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
        evidence: { ...base, outcome: "not-charged", how: outcome.how, reason: outcome.reason },
        raw: sighting.raw,
      };
  }
}

function notCharged(how: string, reason: string, hash: string): Evidence {
  return { source: "answer", rank: 2, hash, outcome: "not-charged", how, reason };
}

function hashOf(fact: unknown): string {
  return createHash("sha256").update(JSON.stringify(fact)).digest("hex");
}
