import { randomUUID } from "node:crypto";
import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { StoredMail } from "./mail-store.ts";

export const RETURN_KINDS = ["bounce", "expire", "delay", "complain"] as const;
export type ReturnKind = (typeof RETURN_KINDS)[number];

/** What a test may order at `POST /control/returns`: a message that was taken comes back after all. */
export const returnOrder = z.strictObject({ messageId: z.string().min(1), kind: z.enum(RETURN_KINDS) });

/** Writes reports about taken messages into a folder, as a mail server of the far side would have them come back. */
export type Returns = { readonly write: (mail: StoredMail, kind: ReturnKind) => Promise<string> };

/** Reports go to `folder` as `*.eml`, on the disk before they have that name. */
export function returnsTo(folder: string): Returns {
  return {
    async write(mail, kind) {
      await mkdir(folder, { recursive: true });
      const name = `${randomUUID()}.eml`;
      const beside = join(folder, `${name}.part`);
      const file = await open(beside, "w");
      try {
        await file.writeFile(reportOf(mail, kind).replaceAll("\n", "\r\n"));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, join(folder, name));
      return name;
    },
  };
}

const STATUS: Readonly<
  Record<Exclude<ReturnKind, "complain">, readonly [action: string, status: string, said: string]>
> = {
  bounce: ["failed", "5.1.1", "550 5.1.1 no such mailbox"],
  expire: ["failed", "4.4.7", "451 4.4.1 no answer from the host, given up"],
  delay: ["delayed", "4.4.1", "451 4.4.1 no answer from the host"],
};

/** A delivery report (RFC 3464) or a complaint (RFC 5965). */
function reportOf(mail: StoredMail, kind: ReturnKind): string {
  const to = mail.envelope.to[0] ?? "";
  const quoted = `Message-ID: ${mail.messageId ?? ""}\nTo: ${to}\nSubject: returned\n`;
  if (kind === "complain") {
    return multipart(mail, "feedback-report", [
      ["text/plain", "The reader of this message called it spam.\n"],
      [
        "message/feedback-report",
        `Feedback-Type: abuse\nUser-Agent: sandbox-city/1\nVersion: 1\nOriginal-Rcpt-To: <${to}>\n`,
      ],
      ["text/rfc822-headers", quoted],
    ]);
  }
  const [action, status, said] = STATUS[kind];
  return multipart(mail, "delivery-status", [
    ["text/plain", `Your message to ${to}: ${said}\n`],
    [
      "message/delivery-status",
      `Reporting-MTA: dns; mailbox.city.example\n\nFinal-Recipient: rfc822; ${to}\nAction: ${action}\nStatus: ${status}\nDiagnostic-Code: smtp; ${said}\n`,
    ],
    ["text/rfc822-headers", quoted],
  ]);
}

function multipart(
  mail: StoredMail,
  type: string,
  parts: readonly (readonly [type: string, text: string])[],
): string {
  const boundary = `report-${randomUUID()}`;
  const head = [
    "From: MAILER-DAEMON@mailbox.city.example",
    `To: ${mail.envelope.from}`,
    "Subject: About your message",
    `Message-ID: <${randomUUID()}@mailbox.city.example>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=${type}; boundary="${boundary}"`,
  ];
  const bodies = parts.map(([name, text]) => `--${boundary}\nContent-Type: ${name}\n\n${text}\n`);
  return `${head.join("\n")}\n\n${bodies.join("")}--${boundary}--\n`;
}
