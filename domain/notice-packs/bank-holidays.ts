import type { CivilDate } from "../calendar.ts";

export type HolidayCalendar = "GB";

/** Days on which the banks of a market do not work although it is no weekend. */
export type BankHolidays = {
  /** The last year whose days are decreed. */
  readonly decreedTo: number;
  /** Weekdays that are counted as holidays of the years after it, where a span of working days reaches them: rather a later debit than one too early. */
  readonly spare: number;
  readonly days: readonly CivilDate[];
};

/** Filled into the database at every migration (db/bank-holidays.ts): a government decrees further years, and a mandate's snapshot must not age. */
export const BANK_HOLIDAYS = {
  // England and Wales, as the government publishes them: the two that Scotland keeps beside or instead move no Bacs day.
  GB: {
    decreedTo: 2028,
    spare: 4,
    days: [
      "2026-01-01",
      "2026-04-03",
      "2026-04-06",
      "2026-05-04",
      "2026-05-25",
      "2026-08-31",
      "2026-12-25",
      "2026-12-28",
      "2027-01-01",
      "2027-03-26",
      "2027-03-29",
      "2027-05-03",
      "2027-05-31",
      "2027-08-30",
      "2027-12-27",
      "2027-12-28",
      "2028-01-03",
      "2028-04-14",
      "2028-04-17",
      "2028-05-01",
      "2028-05-29",
      "2028-08-28",
      "2028-12-25",
      "2028-12-26",
    ],
  },
} as const satisfies Record<HolidayCalendar, BankHolidays>;
