import { Webhook } from "standardwebhooks";
import type { GuardedWeb, WebAnswer } from "../../public-web/guarded-web.ts";
import type { WebhookMessage, WebhookReply, WebhookSender } from "../port.ts";

/** Sends webhooks as Standard Webhooks 1.0.0 say, over a web that reaches public addresses only. One call is one request. */
export function signedWebhooks(web: GuardedWeb): WebhookSender {
  return {
    async send({ url, ...message }) {
      const headers = headersOf(message, new Date());
      return replyOf(await web.send({ url, method: "POST", headers, body: message.body }));
    },
    close: () => web.close(),
  };
}

/**
 * The headers of one try. The instant is the machine's own and not the business clock's: receivers refuse what is five minutes away from theirs (the event's own
 * instant stands in the body).
 */
export function headersOf(
  { id, body, secrets }: Omit<WebhookMessage, "url">,
  at: Date,
): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "Kvitok-Webhooks/1",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}

function replyOf(answer: WebAnswer): WebhookReply {
  if (answer.kind !== "answered") return { kind: "failed", why: answer.why };
  const { status, headers } = answer;
  const seconds = retryAfter(headers["retry-after"], headers["date"]);
  return { kind: "answered", status, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) };
}

/** RFC 9110 §10.2.3: seconds, or an instant by the clock of whoever answers. */
function retryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const until = Date.parse(value);
  const now = date === undefined ? Date.now() : Date.parse(date);
  return Number.isNaN(until - now) ? undefined : Math.max(0, (until - now) / 1_000);
}
