import { createHash } from "node:crypto";
import type { Book } from "./book.ts";
import {
  type ArmedFault,
  type Chance,
  type Fault,
  type FaultGroup,
  type FaultKind,
  type FaultOf,
  type FaultOrder,
  type FaultSubject,
  faultGroups,
} from "./fault-order.ts";
import { newReference } from "./identifiers.ts";

/** Arms a fault; it stays armed over restarts until it has fired `times` times or is taken away. */
export function armFault(book: Book, order: FaultOrder): ArmedFault {
  const armed: ArmedFault = { ...order, id: newReference(), met: 0, fired: 0 };
  book.record({ kind: "fault", change: "armed", record: armed });
  return armed;
}

/** Takes all faults away, or the one with this id; returns how many were armed. */
export function disarmFaults(book: Book, id?: string): number {
  const gone = [...book.faults.values()].filter((armed) => id === undefined || armed.id === id);
  for (const record of gone) book.record({ kind: "fault", change: "disarmed", record });
  return gone.length;
}

/** The oldest armed fault of the group that meets (and, by chance, strikes) this request; it counts as fired, or as met while it is skipped. */
export function takeFault<G extends FaultGroup>(
  book: Book,
  group: G,
  subject: FaultSubject,
): FaultOf<G> | undefined {
  for (const armed of book.faults.values()) {
    if (!isOf(group, armed.fault) || !meets(armed.match, subject)) continue;
    if (armed.chance ? !strikes(book, armed.chance, subject) : armed.fired >= armed.times) continue;
    const skipped = armed.chance === undefined && armed.met < armed.skip;
    book.record({
      kind: "fault",
      change: skipped ? "met" : "fired",
      record: { ...armed, met: armed.met + 1, fired: armed.fired + (skipped ? 0 : 1) },
    });
    if (!skipped) return armed.fault;
  }
  return undefined;
}

/** The roll is a hash of what stands in the journal: a bank that was killed goes on rolling as it would have. */
function strikes(book: Book, { seed, fromPercent, percent, per }: Chance, subject: FaultSubject): boolean {
  const { operation, event = "" } = subject;
  const about = subject.chargeId ?? subject.paymentId ?? "";
  const rolled =
    per === "charge" ? [seed, about] : [seed, about, operation, event, book.arrivalsOf(operation, about)];
  const percentile = (createHash("sha256").update(rolled.join("\n")).digest().readUInt32BE() / 2 ** 32) * 100;
  return percentile >= fromPercent && percentile < fromPercent + percent;
}

function isOf<G extends FaultGroup>(group: G, candidate: Fault): candidate is FaultOf<G> {
  return (faultGroups[group] as readonly FaultKind[]).includes(candidate.kind);
}

function meets(match: FaultOrder["match"], subject: FaultSubject): boolean {
  const { metadata, ...plain } = match;
  const plainMeets = Object.entries(plain).every(
    ([name, wanted]) => wanted === undefined || subject[name as keyof typeof plain] === wanted,
  );
  return (
    plainMeets &&
    Object.entries(metadata ?? {}).every(([name, wanted]) => subject.metadata?.[name] === wanted)
  );
}
