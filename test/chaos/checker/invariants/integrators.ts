import type { CaseFile } from "../case-file.ts";
import { HOOK_ROAD, wasStruck } from "../disturbances.ts";
import { grouped } from "../grouping.ts";
import { complaintOfSignature, eventIn, type HookReceipt } from "../hook-journal.ts";
import { nameOf, type Replay, type Sight, type Told } from "../endpoint-sight.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import type { EndpointRow } from "../row-shapes.ts";
import { kindOfType, NAMED_BY } from "../rules/events-by-state.ts";
import { judgeWhatIsOwed } from "./events-owed.ts";

/** Nobody stands still for longer, and the answer may have come to somebody who did. */
const FROZEN_BEFORE_MS = 20_000;
/** A try and its lease are over by then: whoever lives has written its answer down. */
const WRITTEN_WITHIN_MS = 60_000;

/**
 * I16: what an integrator subscribed to reaches it at least once, rightly signed and in order for each object; an id has one body, nobody hears of another owner's things, and an event comes again only where an
 * answer to it was lost.
 */
export function integrators(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const receipts = grouped(file.hooks.receipts, ({ name }) => name);
  const names = new Set(file.rows.endpoints.map(nameOf));
  for (const name of receipts.keys()) {
    if (!names.has(name)) inquiry.find({ about: name, words: "events came to an address that nobody gave" });
  }
  for (const endpoint of file.rows.endpoints) {
    const came = receipts.get(nameOf(endpoint)) ?? [];
    const sight = { file, inquiry, endpoint, came, replays: replaysAt(file, nameOf(endpoint)) };
    for (const receipt of came) judgeReceipt(sight, receipt);
    const taken = grouped(
      came.filter(({ taken: isTaken, id }) => isTaken && id !== null),
      ({ id }) => id ?? "",
    );
    for (const copies of taken.values()) judgeCopies(sight, copies);
    const told = [...taken.values()].flatMap(([first]) => toldBy(first));
    const byObject = grouped(told, ({ objectId }) => objectId);
    for (const events of byObject.values()) judgeOrder(sight, events);
    judgeWhatIsOwed(sight, { taken, byObject });
  }
  judgeBodies(file, inquiry);
  return inquiry.outcome();
}

function toldBy(receipt: HookReceipt | undefined): readonly Told[] {
  const event = receipt === undefined ? undefined : eventIn(receipt.body);
  if (receipt === undefined || event === undefined) return [];
  const kind = kindOfType(event.type);
  const objectId = kind === undefined ? undefined : event.data[NAMED_BY[kind]];
  return [{ ...event, receipt, objectId: typeof objectId === "string" ? objectId : "" }];
}

/** Every request, taken or not. */
function judgeReceipt({ file, inquiry, endpoint }: Sight, receipt: HookReceipt): void {
  inquiry.look();
  const about = `${nameOf(endpoint)} ${receipt.id ?? "without an id"}`;
  const signature = complaintOfSignature(receipt, file.hooks.secrets.get(receipt.name) ?? []);
  if (signature !== undefined) inquiry.find({ about, words: signature });
  const [told] = toldBy(receipt);
  if (told === undefined) {
    inquiry.find({ about, words: "its body is no event" });
    return;
  }
  if (endpoint.types.length > 0 && !endpoint.types.includes(told.type))
    inquiry.find({ about, words: `${told.type} is nothing that it subscribed to` });
  const words = complaintOfOwner(file, endpoint, told);
  if (words !== undefined) inquiry.find({ about, words });
}

function complaintOfOwner(
  file: CaseFile,
  endpoint: EndpointRow,
  { type, objectId }: Told,
): string | undefined {
  const { payments, bills, mandates } = file.by;
  const kind = kindOfType(type);
  if (kind === undefined) return undefined;
  const owner = {
    payment: () => bills.get(payments.get(objectId)?.bill_id ?? "")?.biller_id,
    bill: () => bills.get(objectId)?.biller_id,
    mandate: () => mandates.get(objectId)?.biller_id,
  }[kind]();
  if (owner === undefined) return `it is about ${kind} ${objectId}, and there is none`;
  return endpoint.biller_id === null || endpoint.biller_id === owner
    ? undefined
    : `it is about ${kind} ${objectId} of ${owner}, and the endpoint is ${endpoint.biller_id}'s`;
}

function judgeCopies({ file, inquiry, endpoint }: Sight, copies: readonly HookReceipt[]): void {
  for (const [index, copy] of copies.entries()) {
    const before = copies[index - 1];
    if (before === undefined) continue;
    inquiry.expect(before.status === null || wasDisturbed(file, before, copy), {
      about: `${nameOf(endpoint)} ${copy.id}`,
      words: `it came again although ${before.status} was answered and nothing kept anybody from hearing it`,
    });
  }
}

/** Whoever sent it was killed, frozen or cut off while the answer was on its way, or could not write it down. */
function wasDisturbed(file: CaseFile, before: HookReceipt, again: HookReceipt): boolean {
  return wasStruck(file, HOOK_ROAD, {
    fromMs: before.realMs - FROZEN_BEFORE_MS,
    untilMs: Math.min(before.realMs + WRITTEN_WITHIN_MS, again.realMs),
  });
}

/** First receipts alone: a copy may come late. Causes of one object wait for each other, so their instants are their order. */
function judgeOrder({ inquiry, endpoint, replays }: Sight, events: readonly Told[]): void {
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    if (before === undefined) continue;
    const isInOrder = Date.parse(before.timestamp) <= Date.parse(event.timestamp);
    inquiry.expect(isInOrder || replays.some((replay) => hasBrought(replay, before, event)), {
      about: `${nameOf(endpoint)} ${event.objectId}`,
      words: `${event.type} of ${event.timestamp} came after ${before.type} of ${before.timestamp}`,
      ...(event.type.startsWith("payment.") ? { paymentId: event.objectId } : {}),
    });
  }
}

/** What is sent again has lost its place to whatever came before it was asked for. */
function hasBrought({ fromMs, untilMs }: Replay, before: Told, event: Told): boolean {
  return fromMs <= event.receipt.realMs && untilMs >= before.receipt.realMs;
}

function replaysAt(file: CaseFile, name: string): readonly Replay[] {
  // only what was sent says whom it is about
  const asked = file.record.intents.filter(
    ({ op, request }) =>
      op === "replay-webhooks" && (request as { readonly name?: string } | undefined)?.name === name,
  );
  const ids = new Set(asked.map(({ id }) => id));
  const calls = grouped(
    file.record.intents.filter(({ id }) => ids.has(id)),
    ({ id }) => id,
  );
  return [...calls.values()].map((lines) => ({
    fromMs: Date.parse(lines[0]?.at ?? ""),
    untilMs: Date.parse(
      lines.find(({ phase, status = 0 }) => phase === "answered" && status < 300)?.at ?? "9999-12-31",
    ),
  }));
}

function judgeBodies(file: CaseFile, inquiry: Inquiry): void {
  const bodies = new Map<string, string>();
  const told = new Set<string>();
  for (const { id, body } of file.hooks.receipts) {
    if (id === null) continue;
    const known = bodies.get(id);
    if (known === undefined) {
      inquiry.look();
      bodies.set(id, body);
    } else if (known !== body && !told.has(id)) {
      told.add(id);
      inquiry.find({ about: id, words: "it came with two bodies" });
    }
  }
}
