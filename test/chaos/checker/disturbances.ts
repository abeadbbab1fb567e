import type { CaseFile } from "./case-file.ts";

/** What a message goes by: whoever else was struck delays nobody on it. */
export type Road = { readonly processes: RegExp; readonly targets: RegExp };

/** From the sender, who may be any worker, to the mailbox in the city, and the database in which its answer is written down. Row locks: who marks a mail locks the payment first. */
export const MAIL_ROAD: Road = {
  processes: /^(?:worker-\d+|postgres|city)$/,
  targets: /^(?:postgres|payments|mailbox|engine-postgres|engine-smtp)$/,
};

/** Events for integrators are delivered by workflows, to a receiver in the city over a link of its own. */
export const HOOK_ROAD: Road = {
  processes: /^(?:worker-\d+|postgres|temporal(?:-\w+)?|city)$/,
  targets: /^(?:postgres|engine-postgres|engine-temporal|engine-hooks)$/,
};

/** Instants of the machine's clock. */
export type Window = { readonly fromMs: number; readonly untilMs: number };

/** Somebody or something on the road was killed, frozen, cut off or slow in this window, or went on to be since before it. */
export function wasStruck(file: CaseFile, road: Road, window: Window): boolean {
  return strikesOn(file, road).some(
    ({ fromMs, untilMs }) => fromMs <= window.untilMs && untilMs >= window.fromMs,
  );
}

const known = new WeakMap<CaseFile, Map<Road, readonly Window[]>>();

function strikesOn(file: CaseFile, road: Road): readonly Window[] {
  const roads = known.get(file) ?? new Map<Road, readonly Window[]>();
  known.set(file, roads);
  const found = roads.get(road) ?? [
    ...endsAndFreezes(file, road.processes),
    ...windowsOn(file, road.targets),
  ];
  roads.set(road, found);
  return found;
}

/** Ends of processes, whoever ended them, and the time in which one stood still. */
export function endsAndFreezes(file: CaseFile, names: RegExp): readonly Window[] {
  return file.record.processes.flatMap(({ name, pid, event, at }, index, lines) => {
    if (!names.test(name)) return [];
    const fromMs = Date.parse(at);
    if (event === "exited") return [{ fromMs, untilMs: fromMs }];
    if (event !== "stopped") return [];
    const on = lines
      .slice(index)
      .find((one) => one.pid === pid && (one.event === "continued" || one.event === "exited"));
    return [{ fromMs, untilMs: on === undefined ? fromMs : Date.parse(on.at) }];
  });
}

/** Faults that no line of a process tells of: links (F8), a full disk (F16), the database's own (F17), the city's refusals (F22). */
const WITHOUT_A_PROCESS = /^F(?:8|16|17|22)$/;

/** Faults on these targets, each for as long as it lasted. */
export function windowsOn(file: CaseFile, targets: RegExp): readonly Window[] {
  const ends = new Map(
    file.record.faults.filter(({ phase }) => phase === "end").map(({ id, at }) => [id, Date.parse(at)]),
  );
  return file.record.faults
    .filter(
      ({ code, phase, target = "" }) =>
        phase === "begin" && WITHOUT_A_PROCESS.test(code) && targets.test(target),
    )
    .map(({ id, at }) => ({ fromMs: Date.parse(at), untilMs: ends.get(id) ?? Date.parse(at) }));
}
