import { type CivilDate, dayNumber, isCivilDate } from "../../../domain/calendar.ts";

/** A moment as the registry writes it: the civil day where it was written, and the instant in milliseconds since 1970. */
export type RegistryTime = { readonly day: CivilDate; readonly atMs: number };

/** The registry's own clock is Moscow's; samples of its manuals leave the zone out. */
const MOSCOW_MINUTES = 180;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FARTHEST_ZONE_MINUTES = 14 * 60;

/** Reads an `xs:dateTime`; without a zone it is Moscow time. Undefined for anything else and for days and hours that do not exist. */
export function readDateTime(text: string): RegistryTime | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:[0-5]\d)?$/.exec(
      text,
    );
  const [, day = "", hours = "", minutes = "", seconds = "", fraction = "", zone] = match ?? [];
  const offsetMinutes = zoneMinutes(zone);
  if (match === null || !isCivilDate(day) || offsetMinutes === undefined) return undefined;
  const clockMs = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1000;
  const fractionMs = Math.floor(Number(`0.${fraction || "0"}`) * 1000);
  return { day, atMs: dayNumber(day) * DAY_MS + clockMs + fractionMs - offsetMinutes * MINUTE_MS };
}

/** Reads an `xs:date` without a zone. */
export function readDate(text: string): CivilDate | undefined {
  return isCivilDate(text) ? text : undefined;
}

/** Writes an instant as the registry wants it: Moscow time with its offset. */
export function writeDateTime(atMs: number): string {
  return `${new Date(atMs + MOSCOW_MINUTES * MINUTE_MS).toISOString().slice(0, -1)}+03:00`;
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined) return MOSCOW_MINUTES;
  if (zone === "Z") return 0;
  const size = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  if (size > FARTHEST_ZONE_MINUTES) return undefined;
  return zone.startsWith("-") ? -size : size;
}
