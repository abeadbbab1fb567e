import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import type { WebAnswer, WebRequest } from "../../../adapters/public-web/guarded-web.ts";
import { headersOf, signedWebhooks } from "../../../adapters/webhooks/http/signed-webhooks.ts";

const ours = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/** Facts: the vector that the project publishes, and three computed by Node's own HMAC. */
const VECTORS = [
  [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1_614_265_330,
    '{"test": 2432232314}',
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  ],
  [ours, "msg_1", 1_767_225_600, '{"type":"bill.paid"}', "v1,OxHHl76vcc5kx8SQNhEe6zTYe+cQ4wbjqxF8e5nCOeA="],
  [ours, "msg_2", 1_767_225_600, "{}", "v1,WQJpD0XfJ+Y+oOYwqHPLkizzOqGX49BCyY7XpVgAgno="],
  [
    ours,
    "msg_3",
    1_767_229_200,
    '{"type":"bill.found","data":{"uin":"18810077140001222113"}}',
    "v1,YrVtSxMgVzVaJxabtC/PgOU2W+SWvaMf9MmzEcOPQdA=",
  ],
] as const;

/** A web that answers so and keeps what it was asked. */
function answering(answer: WebAnswer) {
  const asked: WebRequest[] = [];
  const web = {
    send: (request: WebRequest) => {
      asked.push(request);
      return Promise.resolve(answer);
    },
    close: () => Promise.resolve(),
  };
  return { asked, sender: signedWebhooks(web) };
}

const answered = (status: number, headers: Record<string, string> = {}): WebAnswer => ({
  kind: "answered",
  status,
  headers,
  body: "",
  cut: false,
});

const message = { url: "https://hooks.example.com/in", id: "msg_1", body: "{}", secrets: [ours] } as const;

describe("signatures of Standard Webhooks 1.0.0", () => {
  test.each(VECTORS)("%s signs %s", (secret, id, seconds, body, signature) => {
    expect(headersOf({ id, body, secrets: [secret] }, new Date(seconds * 1_000))).toMatchObject({
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      "webhook-signature": signature,
    });
  });

  test("while a secret is replaced both sign, and a receiver with either one verifies by the library", async () => {
    const { asked, sender } = answering(answered(204));
    const old = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
    await sender.send({ ...message, secrets: [ours, old] });
    const [request] = asked;
    for (const secret of [ours, old]) {
      expect(() => new Webhook(secret).verify("{}", { ...request?.headers })).not.toThrow();
    }
    const stranger = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
    expect(() => new Webhook(stranger).verify("{}", { ...request?.headers })).toThrow(
      "No matching signature",
    );
  });
});

describe("what a receiver's answer means", () => {
  test("a pause is told in seconds, or as an instant by the receiver's own clock", async () => {
    const wait = async (headers: Record<string, string>) =>
      answering(answered(429, headers)).sender.send(message);
    expect(await wait({ "retry-after": "120" })).toEqual({
      kind: "answered",
      status: 429,
      retryAfterSeconds: 120,
    });
    const byDate = {
      date: "Fri, 12 Mar 2027 06:00:00 GMT",
      "retry-after": "Fri, 12 Mar 2027 06:10:00 GMT",
    };
    expect(await wait(byDate)).toMatchObject({ retryAfterSeconds: 600 });
    expect(await wait({ "retry-after": "soon" })).toEqual({ kind: "answered", status: 429 });
  });

  test("nothing that came back is kept: of a failure only its kind", async () => {
    const { sender } = answering({ kind: "not-sent", why: "not-public", detail: "10.0.0.7" });
    expect(await sender.send(message)).toEqual({ kind: "failed", why: "not-public" });
  });
});
