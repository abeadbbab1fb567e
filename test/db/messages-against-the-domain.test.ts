import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isLegalMinimum, NOTIFICATION_EVENTS, type NotificationEvent } from "../../domain/notification.ts";
import { CHANNEL_DEFAULTS, CHANNELS, type QuietHours } from "../../domain/notifications/channels.ts";
import { EVENT_RULES, type EventRule } from "../../domain/notifications/event-rules.ts";
import {
  type Choice,
  type ChoiceRow,
  judgeMessage,
  type MessageFacts,
  MESSAGES_AN_HOUR,
  type RecipientSettings,
  ruleOf,
  type Verdict,
  WHOLE_TOPIC,
} from "../../domain/notifications/verdict.ts";
import { choose, makeBiller, makeResident, pushBill } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";
import { pick, randomFrom, SEED } from "./support/race.ts";
import { civilOf } from "./support/zone-time.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db);
});
afterAll(() => core.close());

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:00`;

test("every event and channel means in the database what it means in the rules", async () => {
  const { rows } = await sql<EventRule & { event: string }>`
    select event, topic, priority, expiry, case when same is null then null else jsonb_build_object('same', same, 'events', to_jsonb(replaces)) end as supersedes
      from notification_rules`.execute(core.db);
  const kept = Object.fromEntries(rows.map(({ event, ...rule }) => [event, rule]));
  for (const event of NOTIFICATION_EVENTS)
    expect({ event, ...kept[event] }).toEqual({ event, ...sorted(event) });
  expect(Object.keys(kept).toSorted()).toEqual([...NOTIFICATION_EVENTS].toSorted());
  const { rows: channels } =
    await sql`select name, is_on as "isOn", carries_notices as "carriesNotices", quiet_from, quiet_to
    from notification_channels order by place`.execute(core.db);
  const wanted = CHANNELS.map((name) => {
    const { isOn, carriesNotices, quiet } = CHANNEL_DEFAULTS[name];
    return {
      name,
      isOn,
      carriesNotices,
      quiet_from: quiet && clock(quiet.fromMinute),
      quiet_to: quiet && clock(quiet.toMinute),
    };
  });
  expect(channels).toEqual(wanted);
});

function sorted(event: (typeof NOTIFICATION_EVENTS)[number]): EventRule {
  return EVENT_RULES[event];
}

const ZONES = [
  "Europe/Moscow",
  "Asia/Vladivostok",
  "America/New_York",
  "Europe/London",
  "Pacific/Apia",
] as const;
const CASES = Number(process.env["KVITOK_MESSAGE_CASES"] ?? 120);

test("what the database decides about a message is what the rules decide, whatever was chosen and whenever it is", async () => {
  const random = randomFrom(SEED);
  for (let number = 0; number < CASES; number += 1) await playOne(random, number);
});

type Case = {
  readonly number: number;
  readonly zone: string;
  readonly residentId: string;
  readonly event: NotificationEvent;
  readonly category: string | null;
  readonly at: Date;
  readonly giveUpAt: Date;
  readonly muted: boolean;
  readonly settings: RecipientSettings;
  readonly sentWithinHour: number;
};

async function playOne(random: () => number, number: number): Promise<void> {
  const drawn = await drawCase(random, number);
  const { rows } = await sql<Judged>`
    select v.*, n.preference->>'rule' as rule from notifications n cross join lateral judge_notification(n, ${drawn.at.toISOString()}::timestamptz) v
     where n.dedupe_key = ${`case/${SEED}/${number}/email`}`.execute(core.db);
  const [seen] = rows;
  if (seen === undefined) throw new Error("the message was not written");
  compare(drawn, seen);
}

async function drawCase(random: () => number, number: number): Promise<Case> {
  const zone = pick(random, ZONES);
  const residentId = await makeResident(core.db);
  await core.db.updateTable("residents").set({ zone }).where("id", "=", residentId).execute();
  const event = pick(
    random,
    NOTIFICATION_EVENTS.filter((one) => one !== "digest"),
  );
  const category = pick(random, [null, "housing"] as const);
  const minutes = Math.floor(random() * 28 * 1_440);
  const at = new Date(Date.UTC(2027, pick(random, [2, 9, 10]), 1, 0, minutes));
  const settings = await choosing(random, { residentId, event });
  const giveUpAt = new Date(at.getTime() + pick(random, [30, 50, 90, 2_000]) * 60_000);
  const bill = category === null ? null : await pushBill(core.db, { account: `message-${number}` });
  const args = { giveUpAt: giveUpAt.toISOString(), ...(bill === null ? {} : { billId: bill.billId }) };
  await sql`select tell_resident(${event}, ${residentId}, ${`case/${SEED}/${number}`}, 'subject', ${JSON.stringify(args)}::jsonb, ${isLegalMinimum(event)})`.execute(
    core.db,
  );
  const muted = bill !== null && random() < 0.2;
  if (muted)
    await core.db
      .insertInto("notification_mutes")
      .values({ resident_id: residentId, kind: "bill", subject_id: bill.billId })
      .execute();
  const sentWithinHour = await sentBefore(random, { residentId, at });
  return { number, zone, residentId, event, category, at, giveUpAt, muted, settings, sentWithinHour };
}

type Judged = {
  readonly verdict: string;
  readonly why: string | null;
  readonly until: string | null;
  readonly rule: string;
};

function compare(drawn: Case, seen: Judged): void {
  const { number, event, at, zone, settings } = drawn;
  const wanted = judgeMessage(factsOf(drawn), settings, minuteOf(at, zone));
  const story = `seed ${SEED}, case ${number}: ${event} at ${at.toISOString()} in ${zone}, ${JSON.stringify(settings)}`;
  expect({ story, do: seen.verdict }).toEqual({ story, do: wanted.do });
  const rule = ruleOf(settings, factsOf(drawn));
  const written = rule === undefined ? "default" : `${rule.category}/${rule.event}`;
  expect({ story, rule: seen.rule }, "what decided stands with the message").toEqual({
    story,
    rule: written,
  });
  if (wanted.do === "drop") expect({ story, why: seen.why }).toEqual({ story, why: wanted.why });
  if (wanted.do !== "gather") return;
  const until = new Date(seen.until ?? "");
  expect({ story, isLater: until > at }).toEqual({ story, isLater: true });
  expect({ story, ends: endOf(until, drawn, wanted.until) }).toEqual({
    story,
    ends: endWanted(drawn, wanted.until),
  });
}

function factsOf({ event, category, at, giveUpAt, muted, sentWithinHour }: Case): MessageFacts {
  return {
    topic: EVENT_RULES[event].topic,
    event,
    category,
    channel: "email",
    legalMinimum: isLegalMinimum(event),
    carriesMinimum: true,
    reachable: true,
    muted,
    expired: EVENT_RULES[event].expiry === "give-up" && giveUpAt <= at,
    superseded: false,
    withinTheHour: event === "needs-confirmation" && giveUpAt.getTime() - at.getTime() <= 3_600_000,
    released: false,
    sentWithinHour,
  };
}

type Until = Extract<Verdict, { readonly do: "gather" }>["until"];

/** The minute of the day at which the waiting ends; of the hour, where it is a whole one. */
function endOf(until: Date, { event, giveUpAt, zone, settings }: Case, by: Until): number | null {
  if (by === "next-hour") return until.getUTCMinutes();
  // the last hour of what has to be answered before the morning
  const isAnswerHour = event === "needs-confirmation" && until.getTime() === giveUpAt.getTime() - 3_600_000;
  return by === "quiet-end" && isAnswerHour ? quietEnd(settings) : minuteOf(until, zone);
}

function endWanted({ settings }: Case, by: Until): number | null {
  if (by === "next-hour") return 0;
  return by === "digest" ? settings.digestAtMinute : quietEnd(settings);
}

function quietEnd({ quiet }: RecipientSettings): number | null {
  return quiet === null || quiet === "none" ? null : quiet.toMinute;
}

function minuteOf(at: Date, zone: string): number {
  const [hours = 0, minutes = 0] = civilOf(at.getTime(), zone).time.split(":").map(Number);
  return hours * 60 + minutes;
}

async function choosing(
  random: () => number,
  {
    residentId,
    event,
  }: { readonly residentId: string; readonly event: (typeof NOTIFICATION_EVENTS)[number] },
): Promise<RecipientSettings> {
  const { topic } = EVENT_RULES[event];
  const choices: ChoiceRow[] = [];
  const another = NOTIFICATION_EVENTS.find((one) => one !== event && EVENT_RULES[one].topic === topic);
  // a topic of one event has no other: a place drawn twice would be two rows here and one in the database
  const named = [WHOLE_TOPIC, event, ...(another === undefined ? [] : [another])] as const;
  for (const category of ["*", "housing", "phone"])
    for (const one of named) {
      const choice = pick(random, [null, null, "on", "off", "digest"] as readonly (Choice | null)[]);
      if (choice === null || topic === null) continue;
      choices.push({ category, topic, event: one, channel: "email", choice });
      await choose(core.db, {
        residentId,
        topic,
        choice,
        category,
        ...(one === WHOLE_TOPIC ? {} : { event: one }),
      });
    }
  // no end of the hours lies in an hour that a zone skips or repeats
  const hours: QuietHours = {
    fromMinute: pick(random, [1_320, 600, 0]),
    toMinute: pick(random, [480, 900, 1_380]),
  };
  const quiet = pick(random, [null, "none", hours] as const);
  const digestAtMinute = pick(random, [540, 1_080, 1_290]);
  await core.db
    .insertInto("notification_settings")
    .values({
      resident_id: residentId,
      quiet: quiet === null ? "default" : quiet === "none" ? "none" : "hours",
      ...(quiet === hours ? { quiet_from: clock(hours.fromMinute), quiet_to: clock(hours.toMinute) } : {}),
      digest_at: clock(digestAtMinute),
    })
    .execute();
  return { choices, quiet, digestAtMinute };
}

/** Messages that went to this person within the hour before, around the number that comes one by one. */
async function sentBefore(
  random: () => number,
  { residentId, at }: { readonly residentId: string; readonly at: Date },
): Promise<number> {
  const count = pick(random, [0, 0, MESSAGES_AN_HOUR - 1, MESSAGES_AN_HOUR]);
  for (let n = 0; n < count; n += 1)
    await sql`select tell_resident('paid', ${residentId}, ${`before/${residentId}/${n}`}, 'subject', '{}', false)`.execute(
      core.db,
    );
  await sql`update notifications set state = 'accepted', created_at = ${at.toISOString()}, sent_at = ${new Date(at.getTime() - 60_000).toISOString()}
    where resident_id = ${residentId} and event_key like 'before/%'`.execute(core.db);
  return count;
}
