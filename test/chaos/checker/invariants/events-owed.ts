import type { HookReceipt } from "../hook-journal.ts";
import { nameOf, type Sight, type Told } from "../endpoint-sight.ts";
import type { CaseFile } from "../case-file.ts";
import {
  ALL_TYPES,
  BEGINS_AS,
  BEGUN_AS,
  ENDED_AS,
  STOPPED,
  type ToldKind,
} from "../rules/events-by-state.ts";

/** What has ended without arriving is forgotten a week later, and can then not be sent again; a day less, for it is an operator who looks. */
const REMEMBERED_MS = 6 * 86_400_000;

/** A thing that events are about, as it stands now. */
type Thing = {
  readonly kind: ToldKind;
  readonly id: string;
  readonly billerId: string | undefined;
  readonly state: string;
  readonly outcome: string | null;
  /** Absent where not each version is told. */
  readonly version?: number;
};

type Arrived = {
  readonly taken: ReadonlyMap<string, readonly HookReceipt[]>;
  /** First receipts of each object, in the order in which they came. */
  readonly byObject: ReadonlyMap<string, readonly Told[]>;
};

/** Everything that an endpoint subscribed to has arrived: by what the engine remembers of it, and by how the things themselves stand. */
export function judgeWhatIsOwed(sight: Sight, { taken, byObject }: Arrived): void {
  const { file, inquiry, endpoint } = sight;
  for (const event of file.rows.events) {
    if (event.endpoint_id !== endpoint.id) continue;
    inquiry.expect(event.state === "delivered" && taken.has(event.id), {
      about: `${nameOf(endpoint)} ${event.id}`,
      words: taken.has(event.id)
        ? `${event.type} of ${event.object_id} has arrived and is ${event.state} (${event.why})`
        : `${event.type} of ${event.object_id} is ${event.state} (${event.why}), and it never arrived`,
      ...(event.type.startsWith("payment.") ? { paymentId: event.object_id } : {}),
    });
  }
  if (wasGoneTooLong(sight)) return;
  for (const thing of thingsIn(sight)) {
    if (endpoint.biller_id !== null && endpoint.biller_id !== thing.billerId) continue;
    judgeThing(sight, thing, byObject.get(thing.id) ?? []);
  }
}

/** It said that it is gone and was not brought back before what it missed was forgotten. */
function wasGoneTooLong({ file, came, replays }: Sight): boolean {
  return came
    .filter(({ status }) => status === 410)
    .some(({ realMs }) => {
      const back = replays.filter(({ untilMs }) => untilMs > realMs).map(({ untilMs }) => untilMs);
      return file.clock.cityMs(Math.min(...back)) - file.clock.cityMs(realMs) > REMEMBERED_MS;
    });
}

function thingsIn({ file }: Sight): readonly Thing[] {
  const { payments, bills, mandates } = file.rows;
  return [
    ...payments.map(({ id, bill_id, state, outcome }): Thing => {
      const billerId = file.by.bills.get(bill_id)?.biller_id;
      return { kind: "payment", id, billerId, state, outcome };
    }),
    ...bills.map(
      ({ id, biller_id: billerId, state }): Thing => ({ kind: "bill", id, billerId, state, outcome: null }),
    ),
    ...mandates.map(
      ({ id, biller_id: billerId, state, version }): Thing => ({
        kind: "mandate",
        id,
        billerId,
        state,
        outcome: null,
        version,
      }),
    ),
  ];
}

/** Whether anything but its beginning has become of it, by its row and by the audit. */
function hasMoved(file: CaseFile, { kind, id, state, version = 1 }: Thing): boolean {
  if (state !== BEGINS_AS[kind] || version > 1) return true;
  return file.auditOf(id).some(({ action }) => /^mandate\.(?!create)/.test(action));
}

function judgeThing({ file, inquiry, endpoint }: Sight, thing: Thing, told: readonly Told[]): void {
  const { kind, id, state } = thing;
  const wants = (type: string) => endpoint.types.length === 0 || endpoint.types.includes(type);
  const about = {
    about: `${nameOf(endpoint)} ${kind} ${id}`,
    ...(kind === "payment" ? { paymentId: id } : {}),
  };
  const begun = BEGUN_AS[kind];
  if (wants(begun))
    inquiry.expect(
      told.some(({ type }) => type === begun),
      { ...about, words: `it never heard ${begun}` },
    );
  const ended = endOf(thing);
  if (ended !== undefined && wants(ended))
    inquiry.expect(
      // what arrives in its last state is told once
      told.some(({ type, data }) => type === ended || (type === begun && data["state"] === state)),
      { ...about, words: `it is ${state}, and it never heard ${ended}` },
    );
  // while its money is under way nothing is told of a payment
  if (state === "charging") return;
  // who hears of all that becomes of it knows how it stands, whether its beginning was told there or not
  if (!ALL_TYPES[kind].every((type) => type === begun || wants(type))) return;
  if (told.length === 0 && !wants(begun) && !hasMoved(file, thing)) return;
  const last = told.reduce<Told | undefined>(
    (latest, one) =>
      latest === undefined || Date.parse(one.timestamp) >= Date.parse(latest.timestamp) ? one : latest,
    undefined,
  );
  const isLast =
    last?.data["state"] === state && (thing.version === undefined || last.data["version"] === thing.version);
  inquiry.expect(isLast, {
    ...about,
    words: `it is ${state}, and the last that was heard is ${last?.type ?? "nothing"} (${String(last?.data["state"])})`,
  });
}

function endOf({ kind, state, outcome }: Thing): string | undefined {
  if (kind === "payment" && state === "closed") return ENDED_AS.payment[outcome ?? ""] ?? STOPPED;
  return ENDED_AS[kind][state];
}
