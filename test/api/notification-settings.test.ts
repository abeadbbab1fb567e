import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Client, createClient } from "../../api/client.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let people = 0;
let anna: Person;
let client: Client;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());
beforeEach(async () => {
  people += 1;
  anna = await signIn(under, `anna-${people}`);
  client = clientOf(anna, "en");
});

const all = "/v1/me/notifications";

function clientOf(person: Person, locale: "ru" | "en"): Client {
  const fetch = async (request: Request) => under.api.fetch(request);
  return createClient({ baseUrl: "https://pay.city.example", token: person.token, locale, fetch });
}

type Grids = Awaited<ReturnType<Client["getPreferences"]>>["grids"];
const cellOf = (grids: Grids, category: string, topic: string, channel: string) =>
  grids
    .find((grid) => grid.category === category)
    ?.cells.find((cell) => cell.topic === topic && cell.channel === channel);

const eventOf = (grids: Grids, event: string, category = "*") =>
  grids
    .find((grid) => grid.category === category)
    ?.events.find((cell) => cell.event === event && cell.channel === "email");

describe("the grid", () => {
  test("whoever has chosen nothing has the channels' defaults, and sees what comes anyway and by which channel", async () => {
    const shown = await client.getPreferences();
    expect(shown).toMatchObject({
      channels: [
        { name: "email", reachable: true, carriesMinimum: true, quiet: null },
        { name: "push", reachable: false, carriesMinimum: false, quiet: { from: "22:00", to: "08:00" } },
        { name: "sms", reachable: false },
      ],
      quiet: { kind: "default", from: null, to: null },
      digestAt: "18:00",
      pushAmounts: false,
      zone: "Europe/Moscow",
      mutes: [],
    });
    expect(shown.grids.map(({ category }) => category)).toEqual(["*"]);
    expect(shown.grids[0]?.cells).toHaveLength(21);
    expect(cellOf(shown.grids, "*", "reminders", "email")).toEqual({
      topic: "reminders",
      channel: "email",
      choice: "on",
      from: "default",
      minimumStays: false,
    });
    expect(cellOf(shown.grids, "*", "bills", "sms")).toMatchObject({ choice: "off", from: "default" });
    expect(shown.topics.find(({ topic }) => topic === "debits")?.always).toEqual([
      "notice",
      "notice-changed",
      "failed-retry",
    ]);
    expect(shown.topics.find(({ topic }) => topic === "reminders")?.always).toEqual([]);
  });

  test("two wishes for one place in one order: the later one holds", async () => {
    const place = { topic: "payments", channel: "email" } as const;
    const choices = (["off", "digest"] as const).map((choice) => ({ ...place, choice }));
    const { grids } = await client.chooseMessages({ choices });
    expect(cellOf(grids, "*", "payments", "email")).toMatchObject({ choice: "digest", from: "own" });
  });

  test("what is switched off stays off for its topic and channel alone; the legal minimum of the topic is said to stay", async () => {
    const { grids } = await client.chooseMessage({ topic: "debits", channel: "email", choice: "off" });
    expect(cellOf(grids, "*", "debits", "email")).toMatchObject({
      choice: "off",
      from: "own",
      minimumStays: true,
    });
    expect(cellOf(grids, "*", "debits", "push")).toMatchObject({ choice: "on", minimumStays: false });
    expect(cellOf(grids, "*", "reminders", "email")).toMatchObject({ choice: "on" });
    const back = await client.takeChoiceBack({ topic: "debits", channel: "email" });
    expect(cellOf(back.grids, "*", "debits", "email")).toMatchObject({ choice: "on", from: "default" });
  });

  test("a category has a choice of its own, beats the one for all, and is shown with its title", async () => {
    await client.chooseMessage({ topic: "reminders", channel: "email", choice: "off" });
    await client.chooseMessage({
      topic: "reminders",
      channel: "email",
      category: "kindergarten",
      choice: "digest",
    });
    const { grids } = await client.getPreferences();
    expect(grids.map(({ category, title }) => [category, title])).toEqual([
      ["*", null],
      ["kindergarten", expect.stringMatching(/\w/)],
    ]);
    expect(cellOf(grids, "kindergarten", "reminders", "email")).toMatchObject({
      choice: "digest",
      from: "own",
    });
    expect(cellOf(grids, "kindergarten", "reminders", "push")).toMatchObject({ from: "default" });
    const { grids: again } = await client.takeChoiceBack({
      topic: "reminders",
      channel: "email",
      category: "kindergarten",
    });
    expect(again).toHaveLength(1);
    const looked = await client.getPreferences({ category: "kindergarten" });
    expect(cellOf(looked.grids, "kindergarten", "reminders", "email")).toMatchObject({
      choice: "off",
      from: "all",
    });
    // cards and sources of bills belong to no category
    expect(cellOf(looked.grids, "kindergarten", "methods", "email")).toBeUndefined();
  });

  test("one event has a choice of its own, beats its topic's, and goes back to it", async () => {
    const overdue = { topic: "reminders", event: "overdue", channel: "email" } as const;
    await client.chooseMessage({ topic: "reminders", channel: "email", choice: "off" });
    const { grids } = await client.chooseMessage({ ...overdue, choice: "digest" });
    expect(eventOf(grids, "overdue")).toMatchObject({ choice: "digest", from: "own", minimumStays: false });
    expect(eventOf(grids, "reminder")).toMatchObject({ choice: "off", from: "topic" });
    expect(eventOf(grids, "notice")).toMatchObject({ choice: "on", from: "default", minimumStays: true });
    expect(cellOf(grids, "*", "reminders", "email")).toMatchObject({ choice: "off", from: "own" });
    const school = await client.getPreferences({ category: "school" });
    expect(eventOf(school.grids, "overdue", "school")).toMatchObject({ choice: "digest", from: "all" });
    // a choice for a kind of bills comes before one for an event of all kinds
    const own = { topic: "reminders", channel: "email", category: "school", choice: "on" } as const;
    const chosen = await client.chooseMessage(own);
    expect(eventOf(chosen.grids, "overdue", "school")).toMatchObject({ choice: "on", from: "topic" });
    const { grids: back } = await client.takeChoiceBack(overdue);
    expect(eventOf(back, "overdue")).toMatchObject({ choice: "off", from: "topic" });
    expect(back[0]?.events).toHaveLength(36 * 3);
  });

  test("many are chosen at once or none is", async () => {
    const one = { topic: "bills", channel: "email", choice: "digest" } as const;
    const wrong = await ask(under, anna, `PUT ${all}/choices`, {
      body: { choices: [one, { ...one, category: "no-such" }] },
    });
    expect(wrong.body).toMatchObject({
      status: 422,
      code: "category-unknown",
      errors: [{ field: "choices[1].category" }],
    });
    expect(cellOf((await client.getPreferences()).grids, "*", "bills", "email")).toMatchObject({
      choice: "on",
    });
    const { grids } = await client.chooseMessages({
      choices: [one, { topic: "autopay", channel: "email", choice: "off" }],
    });
    expect(cellOf(grids, "*", "bills", "email")).toMatchObject({ choice: "digest" });
    expect(cellOf(grids, "*", "autopay", "email")).toMatchObject({ choice: "off" });
    const { grids: back } = await client.chooseMessages({ choices: [{ ...one, choice: null }] });
    expect(cellOf(back, "*", "bills", "email")).toMatchObject({ choice: "on", from: "default" });
  });

  test.each([
    [`PUT ${all}/choices/reminders/pigeon`, { choice: "off" }, "channel"],
    [`PUT ${all}/choices/weather/email`, { choice: "off" }, "topic"],
    [`PUT ${all}/choices/reminders/email`, { choice: "loud" }, "choice"],
    [`PUT ${all}/choices/reminders/email`, { choice: "off", category: "no-such" }, "category"],
    [`PUT ${all}/choices/sources/email`, { choice: "off", category: "kindergarten" }, "category"],
    [`PUT ${all}/choices/sources/email`, { choice: "off", event: "paid" }, "event"],
    [`PUT ${all}/choices/sources/email`, { choice: "off", event: "no-such" }, "event"],
    [
      `PUT ${all}/choices`,
      { choices: [{ topic: "sources", event: "paid", channel: "email", choice: "off" }] },
      "choices[0].event",
    ],
    [`PUT ${all}/choices`, { choices: [] }, "choices"],
    [`DELETE ${all}/choices/reminders/email?category=no-such`, undefined, "category"],
    [`GET ${all}?category=no-such`, undefined, "category"],
  ])("%s with %j is refused at the field", async (line, body, field) => {
    const answer = await ask(under, anna, line, body === undefined ? {} : { body });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ field: expect.stringContaining(field) }] });
  });

  test("a choice is its chooser's own", async () => {
    await client.chooseMessage({ topic: "bills", channel: "email", choice: "off" });
    const boris = await signIn(under, `boris-${people}`);
    expect(cellOf((await clientOf(boris, "en").getPreferences()).grids, "*", "bills", "email")).toMatchObject(
      { choice: "on" },
    );
  });
});

describe("quiet hours, digest and lock screen", () => {
  test("are chosen one by one, and what is left out stays", async () => {
    const hours = { kind: "hours", from: "21:30", to: "09:00" } as const;
    expect(await client.choosePreferences({ quiet: hours })).toMatchObject({
      quiet: hours,
      channels: [
        { quiet: { from: "21:30", to: "09:00" } },
        { quiet: { from: "21:30", to: "09:00" } },
        { quiet: { from: "21:30", to: "09:00" } },
      ],
    });
    expect(await client.choosePreferences({ digestAt: "07:15", pushAmounts: true })).toMatchObject({
      quiet: hours,
      digestAt: "07:15",
      pushAmounts: true,
    });
    expect(await client.choosePreferences({ quiet: { kind: "none" } })).toMatchObject({
      quiet: { kind: "none", from: null, to: null },
      digestAt: "07:15",
    });
    expect(await client.choosePreferences({ quiet: { kind: "default" } })).toMatchObject({
      channels: [{ quiet: null }, { quiet: { from: "22:00", to: "08:00" } }, {}],
    });
  });

  test.each([
    [{ quiet: { kind: "hours", from: "25:00", to: "08:00" } }, "quiet.from", "time-invalid"],
    [{ quiet: { kind: "hours", from: "22:00", to: "8" } }, "quiet.to", "time-invalid"],
    [{ quiet: { kind: "hours", from: "22:00", to: "22:00" } }, "quiet.to", "quiet-hours-empty"],
    [{ digestAt: "24:00" }, "digestAt", "time-invalid"],
    [{ quiet: { kind: "hours", from: "22:00" } }, "quiet.to", "payload-invalid"],
    [{ pushAmounts: "yes" }, "pushAmounts", "payload-invalid"],
    [{ colour: "red" }, "colour", "payload-invalid"],
  ])("%j is refused at %s", async (body, field, code) => {
    const answer = await ask(under, anna, `PATCH ${all}`, { body });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ field, code }] });
  });
});

describe("mutes", () => {
  test("a biller and a bill are muted, listed in the reader's language, and heard of again", async () => {
    const billId = await oweBill(under, anna, { account: `8800${String(people).padStart(6, "0")}` });
    await client.mute({ kind: "bill", id: billId });
    const { items } = await client.mute({ kind: "biller", id: "mgts" });
    expect(items).toMatchObject([
      { kind: "biller", id: "mgts", bill: null, biller: { id: "mgts", title: expect.any(String) } },
      {
        kind: "bill",
        id: billId,
        biller: { id: "gorod-zhkh" },
        bill: { amount: { amountMinor: 512_345, currency: "RUB" }, owed: true },
      },
    ]);
    await client.mute({ kind: "bill", id: billId });
    expect((await client.getPreferences()).mutes).toHaveLength(2);
    await client.unmute({ kind: "bill", id: billId });
    await client.unmute({ kind: "bill", id: billId });
    expect((await client.listMutes()).items.map(({ id }) => id)).toEqual(["mgts"]);
  });

  test("nobody mutes what they do not see", async () => {
    const billId = await oweBill(under, anna, { account: `8801${String(people).padStart(6, "0")}` });
    const boris = await signIn(under, `stranger-${people}`);
    const answer = await ask(under, boris, `POST ${all}/mutes`, { body: { kind: "bill", id: billId } });
    expect(answer.body).toMatchObject({
      status: 404,
      errors: [{ field: "id", code: "bill-not-found" }],
    });
  });

  test.each([
    [{ kind: "biller", id: "no-such" }, "id", "biller-unknown"],
    [{ kind: "bill", id: "KV-0000-0000-0000" }, "id", "bill-not-found"],
    [{ kind: "bill", id: "' or 1=1" }, "id", "bill-not-found"],
    [{ kind: "weather", id: "mgts" }, "kind", "payload-invalid"],
  ])("%j is refused at %s", async (body, field, code) => {
    const answer = await ask(under, anna, `POST ${all}/mutes`, { body });
    expect(answer.body).toMatchObject({ errors: [{ field, code }] });
  });
});

test("nothing of it is to be had without a sign-in", async () => {
  expect((await ask(under, null, `GET ${all}`)).status).toBe(401);
  expect((await ask(under, null, `GET ${all}/mutes`)).status).toBe(401);
});
