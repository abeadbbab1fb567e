/** A delivery report as Postfix writes it (RFC 3464), about a message of ours. */
export function bounceOf(about: {
  readonly messageId: string;
  readonly to?: string;
  readonly action?: string;
  readonly status?: string;
  readonly said?: string;
}): Buffer {
  const { messageId, to = "anna@city.example", action = "failed", status = "5.1.1" } = about;
  const said = about.said ?? `550 5.1.1 <${to}>: Recipient address rejected: User unknown`;
  return mail(`From: MAILER-DAEMON@mx.city.example (Mail Delivery System)
To: kvitok@city.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system. I'm sorry to have to inform you.
Message-ID: <not-this-one@city.example>

--part
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.city.example
X-Postfix-Queue-ID: 4F1
Arrival-Date: Mon, 30 Nov 2026 10:00:00 +0300 (MSK)

Final-Recipient: rfc822; ${to}
Original-Recipient: rfc822;${to}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.home.example
Diagnostic-Code: smtp; ${said}

--part
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <kvitok@city.example>
From: =?UTF-8?B?0JrQstC40YLQvtC6?= <kvitok@city.example>
To: ${to}
Message-ID:
 <${messageId}@city.example>
Subject: x
Content-Type: text/plain

Message-ID: <nor-this-one@city.example>

--part--
`);
}

/** A complaint as a mailbox provider sends it (ARF, RFC 5965). */
export function complaintAbout(about: { readonly messageId: string; readonly kind?: string }): Buffer {
  return mail(`From: feedback@provider.example
To: kvitok@city.example
Subject: FW: x
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is an email abuse report.

--part
Content-Type: message/feedback-report

Feedback-Type: ${about.kind ?? "abuse"}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <anna@city.example>

--part
Content-Type: text/rfc822-headers

From: kvitok@city.example
Message-ID: <${about.messageId}@city.example>
Subject: x

--part--
`);
}

/** An answer of somebody on holiday: no report at all. */
export const holidayAnswer = mail(`From: anna@city.example
To: kvitok@city.example
Subject: Out of office
Auto-Submitted: auto-replied
Content-Type: text/plain

Final-Recipient: rfc822; anna@city.example
Action: failed
Status: 5.1.1
`);

function mail(text: string): Buffer {
  return Buffer.from(text.replaceAll("\n", "\r\n"));
}
