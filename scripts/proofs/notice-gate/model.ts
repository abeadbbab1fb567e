import {
  isWithinHours,
  NOTICE_PACKS,
  type NoticePack,
  type NoticePackName,
} from "../../../domain/notice-policy.ts";
import { civilOf } from "../../../test/db/support/zone-time.ts";
import { type Days, daysOf } from "./clock.ts";

/** Cards by letters; the mandate begins with the first two. */
export type Card = "A" | "B" | "C";
export type Payee = "on-file" | "another";

/** A field of the living notice that somebody falsified. */
export const TAMPERS = ["amount", "currency", "payee", "method", "day", "version"] as const;
export type Tamper = (typeof TAMPERS)[number];

export type Operation =
  | { readonly do: "wait"; readonly ms: number }
  /** To a moment of the living notice's days, and so many milliseconds beside it. */
  | { readonly do: "wait-for"; readonly edge: "notBefore" | "notAfter"; readonly ms: number }
  | { readonly do: "accept" }
  | { readonly do: "bounce"; readonly which: "living" | "first" }
  | { readonly do: "amount"; readonly amount: number }
  | { readonly do: "payee"; readonly payee: Payee }
  | { readonly do: "edit"; readonly narrowing: boolean; readonly methods: readonly Card[] }
  | { readonly do: "tamper"; readonly field: Tamper }
  | { readonly do: "attempt"; readonly card: "first" | "fallback"; readonly notice: "living" | "older" };

export type Notice = Days & {
  readonly id: number;
  readonly amount: number;
  readonly payee: Payee;
  readonly method: Card;
  readonly fallbacks: readonly Card[];
  readonly version: number;
  readonly state: "queued" | "accepted" | "void";
  readonly acceptedAt: number | null;
  readonly clockOf: number | null;
  readonly bounced: boolean;
  readonly tampered: Tamper | null;
};

/** Everything that one planned debit stands on. */
export type Model = {
  readonly pack: NoticePack;
  readonly zone: string;
  now: number;
  amount: number;
  payee: Payee;
  method: Card;
  methods: readonly Card[];
  /** Of each version: does it only narrow the one before? */
  narrowing: boolean[];
  state: "scheduled" | "asked" | "charging";
  notices: Notice[];
};

/** Planted bugs: what a gate or a planner could forget. */
export const MUTANTS = [
  "takes what is only queued for told",
  "forgets the sum",
  "forgets who gets it",
  "forgets a wider mandate",
  "comes before its time",
  "comes after its time",
  "comes at night",
  "keeps the clock when the sum rises",
  "keeps the clock though the pack says renotice",
  "keeps the clock of a notice that nobody took",
  "believes a notice that bounced",
] as const;
export type Mutant = (typeof MUTANTS)[number];

export function begin(start: { pack: NoticePackName; zone: string; now: number; amount: number }): Model {
  const model: Model = {
    ...start,
    pack: NOTICE_PACKS[start.pack],
    payee: "on-file",
    method: "A",
    methods: ["A", "B"],
    narrowing: [false],
    state: "scheduled",
    notices: [],
  };
  giveNotice(model);
  return model;
}

export function livingOf(model: Model): Notice | undefined {
  return model.notices.find(({ state }) => state !== "void");
}

function replace(model: Model, id: number, change: Partial<Notice>): void {
  model.notices = model.notices.map((one) => (one.id === id ? { ...one, ...change } : one));
}

function wasWidened(model: Model, notice: Notice): boolean {
  return model.narrowing.slice(notice.version).includes(false);
}

/** The living notice whose clock may run on for what is due now. */
function runningOf(model: Model, mutant?: Mutant): Notice | undefined {
  const notice = livingOf(model);
  if (notice === undefined || notice.tampered !== null || model.now > notice.notAfter) return undefined;
  const told = notice.state === "accepted" || notice.clockOf !== null;
  if (!told && mutant !== "keeps the clock of a notice that nobody took") return undefined;
  if (model.pack.decrease !== "inform" && mutant !== "keeps the clock though the pack says renotice")
    return undefined;
  if (model.amount >= notice.amount && mutant !== "keeps the clock when the sum rises") return undefined;
  const same = notice.payee === model.payee && notice.method === model.method;
  return same && !wasWidened(model, notice) ? notice : undefined;
}

function giveNotice(model: Model, mutant?: Mutant): void {
  const running = runningOf(model, mutant);
  for (const { id, state } of model.notices) if (state !== "void") replace(model, id, { state: "void" });
  const { plannedOn, notBefore, notAfter } = running ?? daysOf(model.pack, model.now, model.zone);
  model.notices.push({
    id: model.notices.length,
    amount: model.amount,
    payee: model.payee,
    method: model.method,
    fallbacks: model.methods.filter((card) => card !== model.method),
    version: model.narrowing.length,
    state: "queued",
    acceptedAt: null,
    clockOf: running ? (running.clockOf ?? running.id) : null,
    bounced: false,
    tampered: null,
    plannedOn,
    notBefore,
    notAfter,
  });
}

function accept(model: Model): void {
  const notice = livingOf(model);
  if (notice?.state !== "queued") return;
  const { now } = model;
  const days = notice.clockOf === null ? daysOf(model.pack, now, model.zone) : { ...notice, notBefore: now };
  if (days.notBefore > notice.notAfter && model.state === "scheduled") return giveNotice(model);
  const moved =
    days.notBefore > notice.notBefore
      ? {
          plannedOn: days.plannedOn,
          notBefore: days.notBefore,
          notAfter: Math.max(notice.notAfter, days.notAfter),
        }
      : {};
  replace(model, notice.id, { ...moved, state: "accepted", acceptedAt: now });
}

function bounce(model: Model, which: "living" | "first", mutant?: Mutant): void {
  const living = livingOf(model);
  if (living === undefined) return;
  const id = which === "first" ? (living.clockOf ?? living.id) : living.id;
  replace(model, id, { bounced: true });
  if (mutant === "believes a notice that bounced") return;
  for (const one of model.notices) {
    if (one.state !== "void" && (one.id === id || one.clockOf === id))
      replace(model, one.id, { state: "void" });
  }
  if (model.state === "scheduled") model.state = "asked";
}

function renew(model: Model, mutant?: Mutant): void {
  if (model.payee !== "on-file") {
    for (const { id } of model.notices) replace(model, id, { state: "void" });
    model.state = "asked";
    return;
  }
  model.state = "scheduled";
  model.method = model.methods[0] ?? "A";
  giveNotice(model, mutant);
}

/** What becomes of one attempt to debit. */
export type Verdict = "passed" | "refused";

/** Carries out one operation; an attempt answers what became of it. */
export function carryOut(model: Model, operation: Operation, mutant?: Mutant): Verdict | null {
  switch (operation.do) {
    case "wait":
    case "wait-for":
      return null;
    case "accept":
      accept(model);
      return null;
    case "bounce":
      bounce(model, operation.which, mutant);
      return null;
    case "amount":
      model.amount = operation.amount;
      renew(model, mutant);
      return null;
    case "payee":
      model.payee = operation.payee;
      renew(model, mutant);
      return null;
    case "edit":
      model.methods = operation.methods;
      model.narrowing.push(operation.narrowing);
      return null;
    case "tamper": {
      const notice = livingOf(model);
      if (notice) replace(model, notice.id, { tampered: operation.field });
      return null;
    }
    case "attempt":
      return attempt(model, operation, mutant);
  }
}

/** The card and the notice that an attempt names. */
export function namedBy(
  model: Model,
  { card, notice }: { readonly card: "first" | "fallback"; readonly notice: "living" | "older" },
): { readonly card: Card; readonly notice: Notice | undefined } {
  const living = livingOf(model);
  const older = model.notices.findLast(({ state }) => state === "void");
  return {
    card: card === "first" ? model.method : (living?.fallbacks[0] ?? model.method),
    notice: notice === "living" ? living : (older ?? living),
  };
}

function attempt(model: Model, operation: Operation & { readonly do: "attempt" }, mutant?: Mutant): Verdict {
  if (model.state !== "scheduled") return "refused";
  const named = namedBy(model, operation);
  if (!model.methods.includes(named.card)) {
    model.state = "asked";
    return "refused";
  }
  const living = livingOf(model);
  if (living === undefined || named.notice?.id !== living.id) {
    if (living === undefined) giveNotice(model);
    return "refused";
  }
  return judge(model, { living, card: named.card }, mutant);
}

function judge(model: Model, by: { living: Notice; card: Card }, mutant?: Mutant): Verdict {
  const { living } = by;
  const { now, pack, zone } = model;
  if (namesAnother(model, by, mutant)) return renotice(model);
  // what nobody has taken over by the last of its days is announced anew
  if (living.state !== "accepted" && now > living.notAfter) return renotice(model);
  if (living.state !== "accepted" && mutant !== "takes what is only queued for told") return "refused";
  if (now < living.notBefore && mutant !== "comes before its time") return "refused";
  if (now > living.notAfter && mutant !== "comes after its time") return renotice(model);
  if (!isWithinHours(pack, civilOf(now, zone).time) && mutant !== "comes at night") return "refused";
  model.state = "charging";
  return "passed";
}

/** Does the notice speak of another debit than this one? */
function namesAnother(
  model: Model,
  { living, card }: { living: Notice; card: Card },
  mutant?: Mutant,
): boolean {
  return (
    (living.amount !== model.amount && mutant !== "forgets the sum") ||
    (living.payee !== model.payee && mutant !== "forgets who gets it") ||
    ![living.method, ...living.fallbacks].includes(card) ||
    (wasWidened(model, living) && mutant !== "forgets a wider mandate") ||
    isFalse(living, mutant)
  );
}

/** A falsified field is another debit. */
function isFalse({ tampered }: Notice, mutant?: Mutant): boolean {
  if (tampered === null) return false;
  if (tampered === "amount") return mutant !== "forgets the sum";
  if (tampered === "payee") return mutant !== "forgets who gets it";
  return tampered !== "version" || mutant !== "forgets a wider mandate";
}

function renotice(model: Model): Verdict {
  giveNotice(model);
  return "refused";
}
