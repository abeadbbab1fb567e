import { createRoute, z } from "@hono/zod-openapi";
import { takeMailReturn } from "../../db/queries/returned-mail.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { signedMessageOf, StreamedSignature } from "../webhook-signature.ts";
import { problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

export const INBOUND_MAIL_PATH = "/v1/inbound/mail";
/** A report quotes the message that came back. */
export const INBOUND_MAIL_BYTES = 1024 * 1024;

const takenSchema = z.object({
  outcome: z.enum(["bounced", "noted", "known", "unmatched", "not-a-report"]).openapi({
    description:
      "bounced: the message counts as not delivered; noted: nothing follows from it; known: the same bytes came before; unmatched: about none of our messages; not-a-report: neither a delivery report nor a complaint",
  }),
});

const inbound = createRoute({
  method: "post",
  path: INBOUND_MAIL_PATH,
  tags: ["mail"],
  summary:
    "A mail server hands over a bounce (RFC 3464) or a complaint (RFC 5965), signed as in Standard Webhooks",
  description:
    "The body is the whole message as it came over SMTP. Its signature is proved with KVITOK_INBOUND_MAIL_SECRET before anything in it is believed; the same message again is the same report.",
  request: {
    headers: z.object({
      "webhook-id": z.string().optional(),
      "webhook-timestamp": z.string().optional(),
      "webhook-signature": z.string().optional(),
    }),
    body: {
      required: true,
      content: { "message/rfc822": { schema: { type: "string", format: "binary" } } },
    },
  },
  responses: {
    202: { description: "Taken", content: { "application/json": { schema: takenSchema } } },
    default: problem,
  },
});

/** Serves the mail server that gets what comes back to our sender's address. Without a secret nobody is believed. */
export function addInboundMailRoute(api: Api, { db, log, inboundMail }: RouteTools): void {
  api.openapi(inbound, async (c) => {
    if (inboundMail === undefined) throw new Refusal("signature-invalid");
    const raw = c.get("rawBytes");
    const signature = new StreamedSignature(inboundMail.secret, signedMessageOf(c));
    signature.update(raw);
    signature.prove();
    const type = c.req.header("content-type") ?? "";
    if (!/^message\/rfc822 *(;|$)/i.test(type)) throw new Refusal("content-type-wrong");
    const report = await inboundMail.read(raw);
    if (report === null) return c.json({ outcome: "not-a-report" as const }, 202);
    const outcome = await takeMailReturn(db, raw, report);
    log.info({ outcome, kind: report.kind }, "returned mail was taken");
    return c.json({ outcome }, 202);
  });
}
