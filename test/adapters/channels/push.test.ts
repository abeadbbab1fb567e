import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { handlingOf } from "../../../adapters/channels/push/handling.ts";
import { outcomeOf } from "../../../adapters/channels/push/outcome.ts";
import { bytesOf, payloadOf } from "../../../adapters/channels/push/payload.ts";
import { pushChannel } from "../../../adapters/channels/push/push-channel.ts";
import type { ChannelMessage } from "../../../adapters/channels/port.ts";
import type { WebRequest } from "../../../adapters/public-web/guarded-web.ts";
import { pushWords } from "../../../adapters/channels/short-words.ts";
import { MESSAGE_EVENTS, type MessageEvent } from "../../../words/message-events.ts";
import { type CityBrowser, type CityPush, openCityPush } from "../../support/city-push.ts";
import { independentBrowser } from "./independent-browser.ts";
import { messageAbout } from "./messages.ts";

let city: CityPush;
beforeAll(async () => {
  city = await openCityPush({ totalMs: 700 });
});
afterEach(() => city.disarm());
afterAll(() => city.close());

const shownToken = "t".repeat(43);
const { locale, zone, livemode } = messageAbout("notice");
const reader = { locale, zone, livemode, amountsHidden: true };
const messageTo = (browser: CityBrowser, event: MessageEvent = "notice"): ChannelMessage => ({
  ...messageAbout(event),
  to: browser.endpoint,
  device: { p256dh: browser.keys.p256dh, auth: browser.keys.auth, shownToken },
  subject: "KV-PPPP-PPPP-PPPP",
});

describe("a message for a browser", () => {
  test("is taken over sealed and signed, and its browser reads words, ways and the token of the receipt", async () => {
    const browser = await city.subscribe();
    expect(await city.channel.deliver(messageTo(browser))).toEqual({
      outcome: "accepted",
      providerAnswer: "http-201",
    });
    const [message] = await city.messages(browser);
    expect(message?.headers).toMatchObject({ ttl: "43200", urgency: "high" });
    expect(message?.headers.topic).toMatch(/^[\w-]{32}$/);
    expect(message?.payload).toMatchObject({
      v: 1,
      ...pushWords("notice", messageAbout("notice").facts, reader),
      lang: "ru",
      tag: message?.headers.topic,
      shown: shownToken,
    });
    expect(message?.payload.url).toMatch(/^\/l\/payment/);
    expect(message?.payload.actions.map(({ action }) => action)).toEqual(["skip", "pay-now"]);
    for (const { url } of message?.payload.actions ?? []) expect(url).toMatch(/^\/[^/]/);
  });

  test("is read by another's implementation of the three standards, too", async () => {
    const browser = await independentBrowser(city.vapid.publicKey);
    const requests: WebRequest[] = [];
    const channel = pushChannel({
      vapid: city.vapid,
      web: {
        send: async (request) => {
          requests.push(request);
          return { kind: "answered", status: 201, headers: {}, body: "", cut: false };
        },
        close: async () => {},
      },
    });
    await channel.deliver({ ...messageTo({ id: "", ...browser }), to: browser.endpoint });
    const read = await browser.read(requests[0]!);
    expect(read).toMatchObject({
      ...pushWords("notice", messageAbout("notice").facts, reader),
      shown: shownToken,
    });
    expect(JSON.stringify(requests[0]?.headers)).not.toContain(shownToken);
  });

  test("fits what every push service must take, whatever its words, and stays whole JSON", () => {
    const message = messageTo({
      id: "",
      endpoint: "https://push.example.org/x",
      keys: { p256dh: "", auth: "" },
    });
    const words = { title: "Заголовок", body: "Очень длинное слово 🙂 ".repeat(500) };
    const payload = payloadOf({ message, words, tag: "t", shownToken });
    expect(bytesOf(payload)).toBeLessThanOrEqual(3_000);
    expect(payload.body).toMatch(/…$/);
    expect(Buffer.from(payload.body).toString()).toBe(payload.body);
  });

  test("of a link that is no address of a page is a defect and leaves for nobody", async () => {
    const browser = await city.subscribe();
    const links = { payment: "javascript:alert(1)" };
    await expect(city.channel.deliver({ ...messageTo(browser), links })).rejects.toThrow(RangeError);
    expect(await city.tries(browser)).toBe(0);
  });
});

describe("what the push service answers decides the outcome", () => {
  test.each(["404", "410"])("%s: refused, and the browser is gone for ever", async (kind) => {
    const browser = await city.subscribe();
    await city.arm({ kind });
    expect(await city.channel.deliver(messageTo(browser))).toMatchObject({ outcome: "refused", gone: true });
    expect(await city.channel.deliver(messageTo(browser))).toMatchObject({ outcome: "refused", gone: true });
  });

  test("413: once more with fewer words; refused where that is too much, too", async () => {
    const browser = await city.subscribe();
    await city.arm({ kind: "413" });
    expect(await city.channel.deliver(messageTo(browser))).toMatchObject({ outcome: "accepted" });
    const [message] = await city.messages(browser);
    expect(message?.payload).toMatchObject({
      body: "",
      actions: [],
      shown: shownToken,
    });
    await city.arm({ kind: "413", times: 2 });
    expect(await city.channel.deliver(messageTo(browser))).toEqual({
      outcome: "refused",
      providerAnswer: "http-413",
    });
    expect(await city.tries(browser)).toBe(4);
  });

  test("429 and 500: later, as late as the service asks", async () => {
    const browser = await city.subscribe();
    await city.arm({ kind: "429", retryAfterSeconds: 120 });
    expect(await city.channel.deliver(messageTo(browser))).toEqual({
      outcome: "later",
      providerAnswer: "http-429",
      againSeconds: 120,
    });
    await city.arm({ kind: "500" });
    expect(await city.channel.deliver(messageTo(browser))).toEqual({
      outcome: "later",
      providerAnswer: "http-500",
    });
  });

  test.each([{ kind: "drop" }, { kind: "slow", ms: 3_000 }])(
    "no answer ($kind): unknown, and the repetition has the same topic",
    async (fault) => {
      const browser = await city.subscribe();
      await city.arm(fault);
      expect(await city.channel.deliver(messageTo(browser))).toMatchObject({ outcome: "unknown" });
      expect(await city.channel.deliver(messageTo(browser))).toMatchObject({ outcome: "accepted" });
      const topics = (await city.messages(browser)).map(({ headers }) => headers.topic);
      expect(topics).toHaveLength(2);
      expect(new Set(topics).size).toBe(1);
    },
  );

  test("our own keys refused say nothing about the browser: later, and it is not forgotten", async () => {
    const browser = await city.subscribe({ applicationServerKey: "BN".padEnd(87, "A") });
    const ended = await city.channel.deliver(messageTo(browser));
    expect(ended).toEqual({ outcome: "later", providerAnswer: "http-403" });
  });

  test("a browser whose keys are none can never be written to", async () => {
    const browser = await city.subscribe();
    const device = { p256dh: Buffer.alloc(65, 4).toString("base64url"), auth: browser.keys.auth, shownToken };
    expect(await city.channel.deliver({ ...messageTo(browser), device })).toMatchObject({
      outcome: "refused",
      gone: true,
    });
    expect(await city.tries(browser)).toBe(0);
  });

  test("an address inside our own house is refused without a connection", async () => {
    const browser = await city.subscribe();
    const ended = await city.channel.deliver({ ...messageTo(browser), to: "https://127.0.0.1:1/push" });
    expect(ended).toMatchObject({ outcome: "refused" });
    expect(ended.providerAnswer).toContain("not-public");
  });

  test("Retry-After is a number or a date; anything else is nobody's wish", () => {
    const now = new Date("2026-12-01T10:00:00Z");
    const answered = (value?: string) =>
      outcomeOf(
        {
          kind: "answered",
          status: 503,
          headers: value === undefined ? {} : { "retry-after": value },
          body: "",
          cut: false,
        },
        now,
      );
    expect(answered("90")).toMatchObject({ againSeconds: 90 });
    expect(answered("Tue, 01 Dec 2026 10:05:00 GMT")).toMatchObject({ againSeconds: 300 });
    expect(answered("Tue, 01 Dec 2026 09:00:00 GMT")).toMatchObject({ againSeconds: 1 });
    expect(answered("999999999")).toMatchObject({ againSeconds: 86_400 });
    for (const none of ["soon", "-5", undefined]) expect(answered(none)).not.toHaveProperty("againSeconds");
  });
});

describe("how a push service is to handle it", () => {
  const topic = (event: MessageEvent, subject?: string, messageId = "m1") =>
    handlingOf({ event, messageId, ...(subject === undefined ? {} : { subject }) }).topic;

  test("what is told of a debit takes the place of what was told of the same debit, and of nothing else", () => {
    expect(topic("notice-changed", "p1", "m2")).toBe(topic("notice", "p1", "m1"));
    expect(topic("paid", "p1")).toBe(topic("notice", "p1"));
    expect(topic("notice", "p2")).not.toBe(topic("notice", "p1"));
    expect(topic("bill-arrived", "b1")).toBe(topic("bill-annulled", "b1"));
    expect(topic("bill-arrived", "x")).not.toBe(topic("notice", "x"));
    expect(topic("mandate-paused", "x", "m1")).not.toBe(topic("mandate-resumed", "x", "m1"));
  });

  test("every event has a life of at most three days and a topic that is a hash", () => {
    for (const event of MESSAGE_EVENTS) {
      const handling = handlingOf({ event, messageId: "m", subject: "KV-7F3K-9Q2M-X4TR" });
      expect(handling.ttlSeconds).toBeLessThanOrEqual(3 * 86_400);
      expect(handling.ttlSeconds).toBeGreaterThan(0);
      const evening = handlingOf({ event, messageId: "m", ringsForSeconds: 90 });
      expect(evening.ttlSeconds, "no push service keeps it into the night").toBe(90);
      expect(handling.topic).toMatch(/^[\w-]{32}$/);
    }
  });
});
