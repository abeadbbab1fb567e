import { addDays, type CivilMoment } from "../../../domain/calendar.ts";

/** Civil time in zones by the runtime's own zone database: a second opinion beside PostgreSQL's. Instants are milliseconds. */
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  formats.set(zone, made);
  return made;
}

/** The wall clock of a zone at an instant. */
export function civilOf(instant: number, zone: string): CivilMoment {
  const [date = "", time = ""] = formatOf(zone).format(instant).split(" ");
  return { date, time };
}

function offsetAt(instant: number, zone: string): number {
  const { date, time } = civilOf(instant, zone);
  return Date.parse(`${date}T${time}Z`) - Math.floor(instant / 1_000) * 1_000;
}

/** The instant of a civil moment. One that a change of clocks leaves out or repeats is the later one. */
export function instantOf({ date, time }: CivilMoment, zone: string): number {
  const local = time === "24:00" ? Date.parse(`${addDays(date, 1)}T00:00Z`) : Date.parse(`${date}T${time}Z`);
  const before = offsetAt(local - DAY_MS, zone);
  const after = offsetAt(local + DAY_MS, zone);
  const real = [local - before, local - after].filter((at) => at + offsetAt(at, zone) === local);
  return real.length > 0 ? Math.max(...real) : local - before;
}

/** When a zone's clocks change between two instants, to the minute. */
export function changesOf(
  zone: string,
  span: { readonly from: number; readonly to: number },
): readonly number[] {
  const changes: number[] = [];
  for (let day = span.from; day < span.to; day += DAY_MS) {
    if (offsetAt(day, zone) !== offsetAt(day + DAY_MS, zone)) changes.push(changeWithin(zone, day));
  }
  return changes;
}

function changeWithin(zone: string, day: number): number {
  let [low, high] = [day / 60_000, (day + DAY_MS) / 60_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 60_000, zone) === offsetAt(day, zone)) low = middle;
    else high = middle;
  }
  return high * 60_000;
}
