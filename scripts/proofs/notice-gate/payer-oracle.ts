import { addDays, type CivilDate, dayNumber, weekdayOf } from "../../../domain/calendar.ts";
import { BANK_HOLIDAYS } from "../../../domain/notice-packs/bank-holidays.ts";
import type { NoticePackName } from "../../../domain/notice-policy.ts";
import { civilOf } from "../../../test/db/support/zone-time.ts";
import type { Model, Notice } from "./model.ts";

const HOUR_MS = 3_600_000;

/** What the payer of a market may rely on, written down a second time without the packs' data. */
const RULES: Readonly<Record<NoticePackName, (told: Told) => boolean>> = {
  RU: ({ hours, days, named }) => hours >= 12 && days >= 1 && named <= 1,
  IN: ({ hours }) => hours >= 24 && hours <= 48,
  BR: ({ days, named }) => days >= 2 && days <= 10 && named === 0,
  UK: ({ workingDays, named }) => workingDays >= 10 && named <= 1,
  EU: ({ days, named }) => days >= 14 && named <= 1,
  US: ({ days, named }) => days >= 10 && named <= 1,
  demo: ({ hours }) => hours * 3_600 >= 3,
};

type Told = {
  /** From the acceptance to the debit. */
  readonly hours: number;
  /** Calendar days between them, in the payer's zone. */
  readonly days: number;
  readonly workingDays: number;
  /** Calendar days from the day that was named to the debit. */
  readonly named: number;
};

/** What is wrong with a debit now, as its payer would say it; nothing where they were told rightly. */
export function complaintsOf(model: Model, card: string): readonly string[] {
  const { now, zone, pack } = model;
  const newest = model.notices.findLast(({ state }) => state !== "void");
  if (newest === undefined) return ["nothing was announced"];
  const complaints: string[] = [];
  const add = (holds: boolean, words: string) => void (holds || complaints.push(words));
  add(newest.acceptedAt !== null && newest.acceptedAt <= now, "no channel had taken the notice");
  add(!newest.bounced, "the notice had bounced");
  add(newest.tampered === null, "the notice says something else");
  add(newest.amount === model.amount, "another sum was announced");
  add(newest.payee === model.payee, "another payee was announced");
  add(
    [newest.method, ...newest.fallbacks].some((one) => one === card),
    "another card was announced",
  );
  add(!model.narrowing.slice(newest.version).includes(false), "the mandate was widened since");
  const first = clockOf(model, newest);
  add(first?.bounced === false, "the clock's own notice had bounced, or was never taken");
  const { date, time } = civilOf(now, zone);
  add(pack.name === "demo" || (time >= "08:00" && time < "22:00"), "at night");
  const since = first?.acceptedAt ?? now;
  const acceptedOn = civilOf(since, zone).date;
  const told = {
    hours: (now - since) / HOUR_MS,
    days: dayNumber(date) - dayNumber(acceptedOn),
    workingDays: workingDaysTo(acceptedOn, date),
    named: dayNumber(date) - dayNumber(newest.plannedOn),
  };
  add(told.named >= 0 && RULES[pack.name](told), `not in the time of ${pack.name}: ${JSON.stringify(told)}`);
  return complaints;
}

/** The first notice of the falling sums that lead to this one, as the payer's letters show them. */
function clockOf(model: Model, newest: Notice): Notice | undefined {
  let first: Notice | undefined = newest.acceptedAt === null ? undefined : newest;
  if (model.pack.name !== "RU" && model.pack.name !== "US" && model.pack.name !== "demo") return first;
  let later = newest;
  for (const earlier of model.notices.slice(0, newest.id).reverse()) {
    const falls =
      earlier.amount > later.amount && earlier.payee === later.payee && earlier.method === later.method;
    if (!falls || model.narrowing.slice(earlier.version).includes(false) || earlier.tampered !== null) break;
    if (earlier.acceptedAt !== null && !earlier.bounced) first = earlier;
    later = earlier;
  }
  return first;
}

function workingDaysTo(from: CivilDate, to: CivilDate): number {
  const holidays: readonly CivilDate[] = BANK_HOLIDAYS.GB.days;
  let count = 0;
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1)) {
    if (weekdayOf(day) <= 5 && !holidays.includes(day)) count += 1;
  }
  return count;
}
