import { type Attachment, simpleParser } from "mailparser";
import type { ReturnedMail } from "../returned-mail.ts";

/** The message that came back, or its head; "global" where an address is not ASCII (RFC 6533). */
const QUOTED = ["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"];

/** Fields of a machine-readable part, by lower-case name, in groups that a blank line parts. */
type Fields = ReadonlyMap<string, string>;

/**
 * Reads a delivery report (RFC 3464, RFC 6533) or a complaint (ARF, RFC 5965). Only their machine-readable parts are believed; null for any other mail, also for a report that says a message has arrived.
 */
export async function readReturnedMail(raw: Uint8Array): Promise<ReturnedMail | null> {
  const mail = await simpleParser(Buffer.from(raw), {
    // the report's own part is what is read here
    keepDeliveryStatus: true,
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipImageLinks: true,
  }).catch(() => null);
  if (mail === null) return null;
  const partOf = (...types: readonly string[]) =>
    mail.attachments.find((one) => types.includes(one.contentType));
  const messageId = messageIdOf(partOf(...QUOTED));
  const feedback = partOf("message/feedback-report");
  if (feedback !== undefined) return complaintOf(fieldsOf(feedback), messageId);
  const status = partOf("message/delivery-status", "message/global-delivery-status");
  return status === undefined ? null : reportOf(fieldsOf(status), messageId);
}

function complaintOf(groups: readonly Fields[], messageId: string | null): ReturnedMail | null {
  const fields = groups[0];
  if (fields === undefined || !fields.has("feedback-type")) return null;
  const kind = fields.get("feedback-type") ?? "";
  // "not-spam" takes a complaint back, and other kinds are no word of the reader's
  if (kind.toLowerCase() !== "abuse") return null;
  return {
    kind: "complaint",
    messageId,
    status: null,
    answer: `complaint: ${kind}`,
    recipients: addresses(fields.get("original-rcpt-to")),
  };
}

function reportOf(groups: readonly Fields[], messageId: string | null): ReturnedMail | null {
  // one group for each recipient (RFC 3464 §2.3): a mailbox that forwards to several is reported on as several
  const said = groups
    .filter((fields) => fields.has("final-recipient"))
    .map(recipientOf)
    .filter((one) => one !== null);
  const worst = GRAVITY.flatMap((kind) => said.filter((one) => one.kind === kind));
  const [first] = worst;
  if (first === undefined) return null;
  const recipients = worst.filter(({ kind }) => kind === first.kind).flatMap((one) => one.recipients);
  return { ...first, messageId, recipients };
}

/** Where recipients fared differently, the gravest of it is what happened to the message. */
const GRAVITY = ["permanent", "expired", "delayed"] as const;

function recipientOf(about: Fields): Omit<ReturnedMail, "messageId"> | null {
  const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(about.get("status") ?? "")?.[1] ?? null;
  const kind = kindOf((about.get("action") ?? "").toLowerCase(), status);
  if (kind === null) return null;
  const said = about.get("diagnostic-code") ?? "";
  return {
    kind,
    status,
    answer: [status, said].filter((part) => part !== null && part !== "").join(" "),
    recipients: [...addresses(about.get("original-recipient")), ...addresses(about.get("final-recipient"))],
  };
}

/** A message that failed will not come any more; whether its address is dead says the status alone. */
function kindOf(action: string, status: string | null): ReturnedMail["kind"] | null {
  if (action === "delayed") return "delayed";
  if (action !== "failed") return null;
  return status?.startsWith("4.") ? "expired" : "permanent";
}

/** The address of a field such as `rfc822; anna@example.org`. */
function addresses(field: string | undefined): string[] {
  const found = (field ?? "").split(/[\s<>;,]+/).find((word) => /.@./.test(word));
  return found === undefined ? [] : [found];
}

/** Anybody may write a report: no field is longer than what a server says of one recipient. */
const LONGEST_FIELD = 2_000;
/** Controls say nothing, and a database keeps no NUL. */
const CONTROLS = /\p{Cc}+/gu;

/** Our name of the message that a report quotes: what stands before the `@` of its Message-ID. */
function messageIdOf(quoted: Attachment | undefined): string | null {
  if (quoted === undefined) return null;
  const [head = ""] = quoted.content.toString("latin1").split(/\r?\n\r?\n/, 1);
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  return /^message-id:\s*<([\w./-]+)@[^>\s]+>\s*$/im.exec(unfolded)?.[1] ?? null;
}

function fieldsOf({ content }: Attachment): readonly Fields[] {
  const groups = content
    .toString("utf8")
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n\s*\r?\n/);
  return groups.map((group) => {
    const lines = group.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 1
        ? []
        : [[line.slice(0, colon).trim().toLowerCase(), valueOf(line.slice(colon + 1))] as const];
    });
    return new Map(lines);
  });
}

function valueOf(written: string): string {
  return written.slice(0, LONGEST_FIELD).replace(CONTROLS, " ").trim();
}
