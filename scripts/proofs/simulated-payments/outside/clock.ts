/** Minutes are the unit of time in here, counted from the midnight in UTC with which every story begins. */
export const HOUR = 60;
export const DAY = 24 * HOUR;

/** Far from the time of any machine that runs it, so that whoever asks the machine for the day is found out. */
const EPOCH_MS = Date.UTC(2028, 1, 21);

/** True time, and how far the engine's clock stands beside it. The bank, the payer and the judge go by true time. */
export type Clock = { minutes: number; skewMinutes: number };

/** The minute as ISO UTC. */
export function isoOf(minutes: number): string {
  return new Date(EPOCH_MS + Math.round(minutes) * 60_000).toISOString();
}

/** The minute of an ISO instant; seconds are rounded up. */
export function minuteOf(iso: string): number {
  return Math.ceil((Date.parse(iso) - EPOCH_MS) / 60_000);
}

/** The civil day of a minute on a clock that stands so many minutes before UTC. */
export function dayOf(minutes: number, zoneMinutes: number): string {
  return isoOf(minutes + zoneMinutes).slice(0, 10);
}

/** Minutes since the civil midnight. */
export function minuteOfDay(minutes: number, zoneMinutes: number): number {
  return (((minutes + zoneMinutes) % DAY) + DAY) % DAY;
}

/** The minute of a civil moment, `24:00` included. */
export function minuteOfCivil(moment: { readonly date: string; readonly time: string }, zoneMinutes: number) {
  const [hours = 0, minutes = 0] = moment.time.split(":").map(Number);
  return minuteOf(`${moment.date}T00:00:00Z`) + hours * HOUR + minutes - zoneMinutes;
}
