import { describe, expect, test } from "vitest";
import { webhookBodySchema } from "../../api/schemas/webhook-events.ts";
import { exampleOf, WEBHOOK_EVENT_TYPES, WEBHOOK_EVENTS } from "../../domain/webhook-events.ts";
import { judgeWebhook, MOST_WEBHOOK_ATTEMPTS, WEBHOOK_RETRY_SECONDS } from "../../domain/webhook-retries.ts";

describe("the catalogue of events", () => {
  test.each(WEBHOOK_EVENTS)("the example of $type fits its schema and is small", (kind) => {
    const example = exampleOf(kind);
    expect(webhookBodySchema(kind.type)?.safeParse(example)).toMatchObject({ success: true });
    expect(JSON.stringify(example).length).toBeLessThan(20_000);
  });

  test("no type is named twice, and what is not in it has no schema", () => {
    expect(new Set(WEBHOOK_EVENT_TYPES).size).toBe(WEBHOOK_EVENTS.length);
    expect(webhookBodySchema("payment.invented")).toBeUndefined();
  });

  test("a schema takes nothing that it does not name: no name, number or address slips through", () => {
    const [kind] = WEBHOOK_EVENTS;
    const example = kind && exampleOf(kind);
    const leaky = { ...example, data: { ...example?.data, account: "7700123456" } };
    expect(webhookBodySchema(kind?.type ?? "")?.safeParse(leaky)).toMatchObject({ success: false });
  });
});

describe("the schedule of tries", () => {
  const tried = (attempt: number) => ({ attempt, key: "KV-8W2Z-G7MA-P6DJ" });

  test("the pauses are those that Standard Webhooks propose, and ten tries are all", () => {
    expect(WEBHOOK_RETRY_SECONDS).toEqual([0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    expect(judgeWebhook({ status: 500 }, tried(MOST_WEBHOOK_ATTEMPTS))).toEqual({ end: "dead" });
  });

  test.each([200, 201, 204, 299])("%i is delivered", (status) => {
    expect(judgeWebhook({ status }, tried(1))).toEqual({ end: "delivered" });
  });

  test.each([300, 301, 302, 307, 400, 401, 404, 500, 503, undefined])(
    "%s is tried again after the planned pause and at most a tenth more, the same each time",
    (status) => {
      for (let attempt = 1; attempt < MOST_WEBHOOK_ATTEMPTS; attempt += 1) {
        const answer = status === undefined ? {} : { status };
        const end = judgeWebhook(answer, tried(attempt));
        expect(end).toEqual(judgeWebhook(answer, tried(attempt)));
        const planned = WEBHOOK_RETRY_SECONDS[attempt] ?? 0;
        expect(end).toMatchObject({ end: "later" });
        const { seconds } = end as { readonly seconds: number };
        expect(seconds).toBeGreaterThanOrEqual(planned);
        expect(seconds).toBeLessThanOrEqual(planned * 1.1);
      }
    },
  );

  test("410 means that nothing more is wanted there", () => {
    expect(judgeWebhook({ status: 410 }, tried(1))).toEqual({ end: "gone" });
  });

  test.each([429, 502, 503, 504])(
    "%i with Retry-After waits so long, never less and at most a day",
    (status) => {
      expect(judgeWebhook({ status, retryAfterSeconds: 900 }, tried(1))).toEqual({
        end: "later",
        seconds: 900,
      });
      const short = judgeWebhook({ status, retryAfterSeconds: 1 }, tried(2)) as { readonly seconds: number };
      expect(short.seconds).toBeGreaterThanOrEqual(300);
      expect(judgeWebhook({ status, retryAfterSeconds: 1e9 }, tried(1))).toEqual({
        end: "later",
        seconds: 86_400,
      });
    },
  );

  test("a redirect's Retry-After is nobody's business", () => {
    const end = judgeWebhook({ status: 302, retryAfterSeconds: 900 }, tried(1)) as {
      readonly seconds: number;
    };
    expect(end.seconds).toBeLessThan(6);
  });
});
