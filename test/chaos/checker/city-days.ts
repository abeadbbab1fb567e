/** Making one costs more than a hundred of its answers. */
const calendars = new Map<string, Intl.DateTimeFormat>();

/** A day of a zone as `YYYY-MM-DD`. */
export function dayIn(zone: string, atMs: number): string {
  let calendar = calendars.get(zone);
  if (calendar === undefined) {
    calendar = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    calendars.set(zone, calendar);
  }
  return calendar.format(atMs);
}

/** The name of the period that a day lies in: equal names, same period. Weeks begin on Monday. */
export function periodOf(day: string, period: string): string {
  switch (period) {
    case "day":
      return day;
    case "week": {
      const date = new Date(`${day}T00:00:00Z`);
      const sinceMonday = (date.getUTCDay() + 6) % 7;
      return `week of ${new Date(date.getTime() - sinceMonday * 86_400_000).toISOString().slice(0, 10)}`;
    }
    case "month":
      return day.slice(0, 7);
    case "year":
      return day.slice(0, 4);
    default:
      throw new Error(`a limit for a ${period} is unheard of`);
  }
}
