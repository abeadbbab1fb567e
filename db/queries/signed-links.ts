import { type Kysely, sql, type Transaction } from "kysely";
import type { LinkAction, LinkState } from "../../domain/signed-link.ts";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { linkHash } from "../link-tokens.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";

type Link = NamedBillerRow & {
  readonly state: LinkState;
  readonly residentId: string;
  readonly locale: "ru" | "en";
  readonly zone: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
};

/** A link to keep a mandate that is about to end. */
export type RenewalLinkRow = Link & {
  readonly action: "renew";
  readonly mandateId: string;
};

/** A link about one debit. */
export type DebitLinkRow = Link & {
  readonly action: Exclude<LinkAction, "renew">;
  readonly billId: string;
  readonly paymentId: string;
  /** The payment that the link has made. */
  readonly madePaymentId: string | null;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly methodId: string;
  readonly method: string | null;
  readonly plannedOn: string;
  /** It answers a question; no debit was announced. */
  readonly isQuestion: boolean;
  /** When the debit that it is about left last. */
  readonly sentAt: string | null;
};

/** A link and what its page tells; nothing of its owner beyond what the message has said. */
export type LinkRow = DebitLinkRow | RenewalLinkRow;

/** Keeps the links of messages before they leave; answers `notification/action` of those that hold. Repeating it changes nothing. */
export async function issueLinks(
  db: Database,
  links: readonly { readonly notificationId: string; readonly action: LinkAction; readonly token: string }[],
): Promise<ReadonlySet<string>> {
  if (links.length === 0) return new Set();
  const wanted = links.map(({ notificationId, action, token }) => ({
    notificationId,
    action,
    tokenHash: linkHash(token),
  }));
  const { rows } = await sql<{ id: string; action: string }>`
    select notification_id as id, action from issue_links(${JSON.stringify(wanted)}::jsonb)`.execute(db);
  return new Set(rows.map(({ id, action }) => `${id}/${action}`));
}

/** What is true of a link now; undefined: there is no such link. */
export async function findLink(db: Kysely<DB>, token: string): Promise<LinkRow | undefined> {
  const { rows } = await sql<LinkRow>`
    select l.action, link_state(l) as state, l.resident_id as "residentId", s.locale, s.zone, l.mandate_id as "mandateId", y.bill_id as "billId", y.id as "paymentId",
      l.made_payment_id as "madePaymentId", l.amount_minor as "amountMinor", l.currency, l.method_id as "methodId", t.title as method, coalesce(n.planned_on, y.planned_on) as "plannedOn", l.notice_id is null as "isQuestion",
      greatest(l.expires_at, n.not_after, case when n.id is null then y.give_up_at end) as "expiresAt", l.used_at as "usedAt", (select max(c.last_sent_at) from charges c where c.payment_id = y.id) as "sentAt", ${namedBiller}
    from signed_links l join residents s on s.id = l.resident_id left join payments y on y.id = l.payment_id left join bills b on b.id = y.bill_id
    left join mandates m on m.id = l.mandate_id join billers r on r.id = coalesce(m.biller_id, b.biller_id)
    left join notices n on n.id = l.notice_id left join methods t on t.id = l.method_id
    where l.token_hash = ${linkHash(token)} and s.erased_at is null`.execute(db);
  return rows[0];
}

/** Locks a link and its debt for the rest of the transaction; answers its state under the locks. Null: there is no such link. */
export async function lockLink(transaction: Transaction<DB>, token: string): Promise<LinkState | null> {
  const { rows } = await sql<{ state: LinkState | null }>`
    select lock_link(${linkHash(token)}) as state`.execute(transaction);
  return rows[0]?.state ?? null;
}

/** Behind {@link lockLink}: skips the link's debit. */
export async function skipByLink(transaction: Transaction<DB>, token: string): Promise<void> {
  await sql`select skip_by_link(${linkHash(token)})`.execute(transaction);
}

/** Behind {@link lockLink}: the link's mandate is kept, by the terms that it has. */
export async function renewByLink(transaction: Transaction<DB>, token: string): Promise<void> {
  await sql`select renew_by_link(${linkHash(token)})`.execute(transaction);
}

export type LinkPayment = { readonly paymentId?: string; readonly refused?: string };

/** Behind {@link lockLink}: exactly what the link names is paid now. `refused`: why not, as pay_now says it. */
export async function payByLink(
  transaction: Transaction<DB>,
  by: { readonly token: string; readonly ip: string | null },
): Promise<LinkPayment> {
  const { rows } = await sql<{ answer: LinkPayment }>`
    select pay_by_link(${linkHash(by.token)}, ${by.ip}) as answer`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error("pay_by_link answered nothing");
  return row.answer;
}

/** Notes that a link was used in vain, and what was true of it: once for each, however often a dead link is pressed. */
export async function noteRefusedLink(
  transaction: Transaction<DB>,
  of: { readonly token: string; readonly state: LinkState },
): Promise<void> {
  await sql`insert into audit (actor, action, subject, detail)
    select resident_id, 'link.refused', coalesce(payment_id, mandate_id), jsonb_build_object('link', id, 'action', action, 'state', ${of.state}::text)
      from signed_links l where token_hash = ${linkHash(of.token)} and not exists (select 1 from audit a where a.action = 'link.refused'
        and a.subject = coalesce(l.payment_id, l.mandate_id) and a.detail->>'link' = l.id and a.detail->>'state' = ${of.state}::text)`.execute(
    transaction,
  );
}
