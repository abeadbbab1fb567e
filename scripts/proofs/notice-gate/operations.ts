import { NOTICE_PACK_NAMES, type NoticePackName } from "../../../domain/notice-policy.ts";
import { changesOf } from "../../../test/db/support/zone-time.ts";
import type { Chance } from "../chance.ts";
import { type Card, livingOf, type Model, type Operation, TAMPERS } from "./model.ts";

/** With and without summer time, of half an hour, of odd quarters, and on both sides of the date line. */
const ZONES = [
  "Europe/Moscow",
  "Europe/London",
  "Europe/Berlin",
  "America/New_York",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
] as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const SPAN = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2029-06-30T00:00:00Z") };
/** Every step has seconds of its own in its minute: what two steps do never happens at one instant, on whatever clock. */
const STEP_MS = 5_000;
export const MOST_OPERATIONS = 10;

const changes = new Map(ZONES.map((zone) => [zone, changesOf(zone, SPAN)]));

export type Start = {
  readonly pack: NoticePackName;
  readonly zone: string;
  readonly now: number;
  readonly amount: number;
};

/** A pack, a zone, and a moment, every other one within the two weeks before clocks change. */
export function drawStart(chance: Chance): Start {
  const zone = chance.pick(ZONES);
  const near = changes.get(zone) ?? [];
  const at =
    near.length > 0 && chance.percent(50)
      ? chance.pick(near) - chance.below(14 * 24 * 60) * MINUTE_MS
      : SPAN.from + chance.below((SPAN.to - SPAN.from) / MINUTE_MS) * MINUTE_MS;
  return {
    pack: chance.pick(NOTICE_PACK_NAMES),
    zone,
    now: Math.floor(at / MINUTE_MS) * MINUTE_MS,
    amount: 100_000 + chance.below(100_000),
  };
}

/** The instant of a step: in or after the wanted minute, at the step's own second. */
export function stepTime(now: number, wanted: number, step: number): number {
  const minute = Math.max(Math.floor(now / MINUTE_MS), Math.floor(wanted / MINUTE_MS)) * MINUTE_MS;
  return minute + 2_000 + step * STEP_MS;
}

/** When an operation wants to happen. */
export function wantedTime(model: Model, operation: Operation): number {
  if (operation.do === "wait") return model.now + operation.ms;
  if (operation.do !== "wait-for") return model.now;
  return (livingOf(model)?.[operation.edge] ?? model.now) + operation.ms;
}

const KINDS: readonly (readonly [kind: string, weight: number])[] = [
  ["accept", 20],
  ["wait-for", 18],
  ["attempt", 22],
  ["wait", 10],
  ["amount", 12],
  ["edit", 6],
  ["bounce", 4],
  ["payee", 3],
  ["tamper", 5],
];
const ALL_WEIGHTS = KINDS.reduce((sum, [, weight]) => sum + weight, 0);

function drawKind(chance: Chance): string {
  let left = chance.below(ALL_WEIGHTS);
  for (const [kind, weight] of KINDS) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "attempt";
}

/** The next thing that happens, now that the model stands as it does. */
export function drawOperation(chance: Chance, model: Model, before: Operation | undefined): Operation {
  if (before?.do === "tamper") return { do: "attempt", card: "first", notice: "living" };
  // the road to a debit is narrow: more cases should come to its end
  if (before?.do === "wait-for" && chance.percent(60)) return drawAttempt(chance);
  if (before?.do === "accept" && chance.percent(50))
    return { do: "wait-for", edge: "notBefore", ms: MINUTE_MS };
  return drawOf(drawKind(chance), chance, model);
}

const WAITS_BESIDE = [-2 * HOUR_MS, -MINUTE_MS, MINUTE_MS, HOUR_MS] as const;

const DRAWS: Readonly<Record<string, (chance: Chance, model: Model) => Operation>> = {
  accept: () => ({ do: "accept" }),
  "wait-for": (chance) => ({
    do: "wait-for",
    edge: chance.percent(75) ? "notBefore" : "notAfter",
    ms: chance.pick(WAITS_BESIDE),
  }),
  wait: (chance) => ({
    do: "wait",
    ms: chance.percent(50) ? chance.below(12 * 60) * MINUTE_MS : chance.below(6) * DAY_MS,
  }),
  amount: (chance, { amount }) => ({ do: "amount", amount: changed(chance, amount) }),
  edit: drawEdit,
  bounce: (chance) => ({ do: "bounce", which: chance.percent(70) ? "living" : "first" }),
  payee: (_, { payee }) => ({ do: "payee", payee: payee === "on-file" ? "another" : "on-file" }),
  tamper: (chance, model) =>
    mayTamper(model) ? { do: "tamper", field: chance.pick(TAMPERS) } : drawAttempt(chance),
};

function drawOf(kind: string, chance: Chance, model: Model): Operation {
  return DRAWS[kind]?.(chance, model) ?? drawAttempt(chance);
}

function drawAttempt(chance: Chance): Operation {
  return {
    do: "attempt",
    card: chance.percent(85) ? "first" : "fallback",
    notice: chance.percent(90) ? "living" : "older",
  };
}

/** Two of three times down. */
function changed(chance: Chance, amount: number): number {
  const by = 1 + chance.below(9_000);
  return chance.percent(66) && amount > 2 * by ? amount - by : amount + by;
}

function drawEdit(chance: Chance, { methods }: Model): Operation {
  const all: readonly Card[] = ["A", "B", "C"];
  const added = all.find((card) => !methods.includes(card));
  if (added !== undefined && chance.percent(40))
    return { do: "edit", narrowing: false, methods: [...methods, added] };
  if (methods.length > 1 && chance.percent(50)) {
    const gone = chance.pick(methods);
    return { do: "edit", narrowing: true, methods: methods.filter((card) => card !== gone) };
  }
  return { do: "edit", narrowing: true, methods };
}

/** A falsified notice is put to the test at once: where the gate would come as far as to read it. */
function mayTamper(model: Model): boolean {
  return model.state === "scheduled" && livingOf(model) !== undefined && model.methods.includes(model.method);
}
