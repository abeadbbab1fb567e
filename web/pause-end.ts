import { isCivilDate } from "../domain/calendar.ts";

/**
 * The instant at which a pause until a day ends: the midnight that begins the day, on the payer's clock. Undefined for no day (until resumed), null
 * for what is no day. Whether it lies ahead is for the API: it knows the business clock.
 */
export function pauseEnd(day: string, zone: string): string | undefined | null {
  if (day === "") return undefined;
  if (!isCivilDate(day)) return null;
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Twice, because the offset may change between the guess and the midnight itself.
  const guess = utc - offsetMs(utc, zone);
  return new Date(utc - offsetMs(guess, zone)).toISOString();
}

/** How far the zone's wall clock is ahead of UTC at an instant. */
function offsetMs(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(new Date(instant));
  const read = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value ?? "0");
  const wall = Date.UTC(
    read("year"),
    read("month") - 1,
    read("day"),
    read("hour"),
    read("minute"),
    read("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}
