import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillBankHolidays } from "../../db/bank-holidays.ts";
import { BANK_HOLIDAYS } from "../../domain/notice-packs/bank-holidays.ts";
import { NOTICE_PACKS, type NoticePackName } from "../../domain/notice-policy.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(2);
});
afterAll(() => core.close());

type Example = {
  readonly pack: NoticePackName;
  readonly zone: string;
  readonly accepted: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly cancelUntil?: string;
  readonly because: string;
};

/** Worked by hand with a calendar: wall-clock times with the offset that the zone has on that very day. */
const examples: readonly Example[] = [
  {
    pack: "RU",
    zone: "Europe/Moscow",
    because: "twelve hours end on the same day, the debit opens on the next one",
    accepted: "2026-11-10T09:00+03:00",
    notBefore: "2026-11-11T08:00+03:00",
    notAfter: "2026-11-12T22:00+03:00",
  },
  {
    pack: "RU",
    zone: "Europe/Moscow",
    because: "accepted late in the evening: twelve hours rule, not the morning",
    accepted: "2026-11-10T23:30+03:00",
    notBefore: "2026-11-11T11:30+03:00",
    notAfter: "2026-11-12T22:00+03:00",
  },
  {
    pack: "RU",
    zone: "Europe/Berlin",
    because: "the night loses an hour: twelve hours of time, not of the wall",
    accepted: "2027-03-27T23:00+01:00",
    notBefore: "2027-03-28T12:00+02:00",
    notAfter: "2027-03-29T22:00+02:00",
  },
  {
    pack: "IN",
    zone: "Asia/Kolkata",
    because: "24 hours, then at most 24 more",
    accepted: "2026-11-10T10:00+05:30",
    notBefore: "2026-11-11T10:00+05:30",
    notAfter: "2026-11-12T10:00+05:30",
  },
  {
    pack: "IN",
    zone: "Asia/Kolkata",
    because: "hours of the day move the beginning, never the end at 48 hours",
    accepted: "2026-11-10T23:00+05:30",
    notBefore: "2026-11-12T08:00+05:30",
    notAfter: "2026-11-12T23:00+05:30",
  },
  {
    pack: "BR",
    zone: "America/Sao_Paulo",
    because: "two days ahead, called off until the last minute of the day before",
    accepted: "2026-11-10T15:00-03:00",
    notBefore: "2026-11-12T08:00-03:00",
    notAfter: "2026-11-12T22:00-03:00",
    cancelUntil: "2026-11-11T23:59-03:00",
  },
  {
    pack: "BR",
    zone: "America/Sao_Paulo",
    because: "the debit's day has no midnight (summer time began then)",
    accepted: "2018-11-02T15:00-03:00",
    notBefore: "2018-11-04T08:00-02:00",
    notAfter: "2018-11-04T22:00-02:00",
    cancelUntil: "2018-11-03T23:59-03:00",
  },
  {
    pack: "UK",
    zone: "Europe/London",
    because: "ten working days over two weekends, and the end of summer time",
    accepted: "2026-10-16T12:00+01:00",
    notBefore: "2026-10-30T08:00+00:00",
    notAfter: "2026-10-31T22:00+00:00",
  },
  {
    pack: "UK",
    zone: "Europe/London",
    because: "Christmas, its substitute day and New Year are no working days",
    accepted: "2026-12-18T12:00+00:00",
    notBefore: "2027-01-06T08:00+00:00",
    notAfter: "2027-01-07T22:00+00:00",
  },
  {
    pack: "UK",
    zone: "Europe/London",
    because: "Easter, and the beginning of summer time",
    accepted: "2027-03-15T12:00+00:00",
    notBefore: "2027-03-31T08:00+01:00",
    notAfter: "2027-04-01T22:00+01:00",
  },
  {
    pack: "UK",
    zone: "Europe/London",
    because: "the next year is not decreed yet: four of its weekdays may be holidays",
    accepted: "2028-12-18T12:00+00:00",
    notBefore: "2029-01-09T08:00+00:00",
    notAfter: "2029-01-10T22:00+00:00",
  },
  {
    pack: "EU",
    zone: "Europe/Berlin",
    because: "fourteen days over the beginning of summer time",
    accepted: "2027-03-20T12:00+01:00",
    notBefore: "2027-04-03T08:00+02:00",
    notAfter: "2027-04-04T22:00+02:00",
  },
  {
    pack: "EU",
    zone: "Europe/Berlin",
    because: "fourteen days over the end of summer time",
    accepted: "2026-10-20T10:00+02:00",
    notBefore: "2026-11-03T08:00+01:00",
    notAfter: "2026-11-04T22:00+01:00",
  },
  {
    pack: "US",
    zone: "America/New_York",
    because: "ten days of the payer's calendar, where it is another day than in UTC",
    accepted: "2027-03-10T20:00-05:00",
    notBefore: "2027-03-20T08:00-04:00",
    notAfter: "2027-03-21T22:00-04:00",
  },
  {
    pack: "US",
    zone: "America/New_York",
    because: "ten days over the end of summer time",
    accepted: "2026-10-25T10:00-04:00",
    notBefore: "2026-11-04T08:00-05:00",
    notAfter: "2026-11-05T22:00-05:00",
  },
  {
    pack: "demo",
    zone: "Europe/Moscow",
    because: "seconds, at any hour",
    accepted: "2026-11-10T23:59:58+03:00",
    notBefore: "2026-11-11T00:00:01+03:00",
    notAfter: "2026-11-12T00:00:01+03:00",
  },
];

const iso = (instant: string | undefined) => (instant === undefined ? null : new Date(instant).toISOString());

describe("a notice accepted at a moment permits its debit exactly from and until these moments", () => {
  test.each(examples)("$pack in $zone, $accepted: $because", async (example) => {
    const { pack, zone, accepted } = example;
    const { rows } = await sql`select k.not_before, k.not_after,
        cancel_until(p.pack, k.planned_on, ${zone}) as cancel_until
      from (select ${JSON.stringify(NOTICE_PACKS[pack])}::jsonb as pack) p
      cross join lateral notice_clock(p.pack, ${accepted}::timestamptz, ${zone}) k`.execute(core.db);
    expect(rows).toEqual([
      {
        not_before: iso(example.notBefore),
        not_after: iso(example.notAfter),
        cancel_until: iso(example.cancelUntil),
      },
    ]);
  });

  test("every pack has its examples", () => {
    expect(new Set(examples.map(({ pack }) => pack))).toEqual(new Set(Object.keys(NOTICE_PACKS)));
  });
});

describe("bank holidays", () => {
  const stored = async () =>
    (await core.db.selectFrom("bank_holidays").select("day").where("calendar", "=", "GB").execute())
      .map(({ day }) => day)
      .sort();

  test("in the database are those of the file, also after it has changed", async () => {
    expect(await stored()).toEqual(BANK_HOLIDAYS.GB.days);
    await sql`insert into bank_holidays values ('GB', '2027-05-04')`.execute(core.db);
    await sql`delete from bank_holidays where day = '2027-05-03'`.execute(core.db);
    await fillBankHolidays(core.db);
    expect(await stored()).toEqual(BANK_HOLIDAYS.GB.days);
  });
});
