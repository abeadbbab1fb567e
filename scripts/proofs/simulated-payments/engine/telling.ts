import {
  evolveNotification,
  isLegalMinimum,
  type DropReason,
  type NotificationEvent,
  type NotificationMove,
} from "../../../../domain/notification.ts";
import { EVENT_RULES } from "../../../../domain/notifications/event-rules.ts";
import {
  judgeMessage,
  type RecipientSettings,
  WHOLE_TOPIC,
} from "../../../../domain/notifications/verdict.ts";
import { DAY, HOUR, minuteOfDay } from "../outside/clock.ts";
import { zoneOf } from "../outside/story.ts";
import { movePayment } from "./moves.ts";
import { acceptNotice } from "./notices.ts";
import type { Engine, MessageRow, PaymentRow } from "./rows.ts";

const SILENCE = 10;
const LATER = 2;

/** Writes a message down; the same key twice is one message. */
export function tell(
  engine: Engine,
  message: Pick<MessageRow, "key" | "payer" | "event" | "bill"> & Partial<Pick<MessageRow, "notice">>,
): void {
  if (engine.messageKeys.has(message.key)) return;
  engine.messageKeys.add(message.key);
  const row: MessageRow = {
    notice: null,
    ...message,
    state: "queued",
    dueAt: engine.now,
    resends: 0,
    leaseUntil: null,
    bouncesAt: null,
  };
  engine.messages.push(row);
  engine.liveMessages.push(row);
}

/** Everything that is due in the outbox; answers whether something moved. */
export function sendMessages(engine: Engine): void {
  for (const message of engine.liveMessages) {
    if (message.bouncesAt !== null && message.bouncesAt <= engine.now) {
      message.bouncesAt = null;
      end(engine, message, "bounced");
    } else if (message.leaseUntil !== null && message.leaseUntil <= engine.now) hearNothing(engine, message);
    if (message.state === "queued" && message.dueAt <= engine.now) takeTurn(engine, message);
  }
  engine.liveMessages = engine.liveMessages.filter(
    ({ state, bouncesAt }) => state === "queued" || state === "sending" || bouncesAt !== null,
  );
}

export function nextMessageAt(engine: Engine): number {
  let soonest = Number.POSITIVE_INFINITY;
  for (const { state, dueAt, leaseUntil, bouncesAt } of engine.liveMessages) {
    const at = state === "queued" ? dueAt : (leaseUntil ?? bouncesAt ?? Number.POSITIVE_INFINITY);
    if (at < soonest) soonest = at;
  }
  return soonest;
}

function move(engine: Engine, message: MessageRow, event: NotificationMove, drop?: DropReason): boolean {
  const legalMinimum = isLegalMinimum(message.event);
  const evolution = evolveNotification(
    { state: message.state, legalMinimum, resends: message.resends },
    event,
    drop,
  );
  if (evolution.kind !== "moved") return false;
  engine.written({ machine: "notification", id: message.key, from: message.state, event, to: evolution.to });
  message.state = evolution.to;
  return true;
}

function hearNothing(engine: Engine, message: MessageRow): void {
  message.leaseUntil = null;
  if (message.resends > 0) return end(engine, message, "unanswered-again");
  move(engine, message, "unanswered");
  message.resends = 1;
  message.dueAt = engine.now;
}

function settingsOf(engine: Engine, payer: number): RecipientSettings {
  const topics = ["payments", "debits", "bills"] as const;
  const choices = topics.map((topic) => ({
    category: "*",
    topic,
    event: WHOLE_TOPIC as typeof WHOLE_TOPIC,
    channel: "email" as const,
    choice: engine.wishes.get(`${payer}/${topic}`) ?? "on",
  }));
  return { choices, quiet: null, digestAtMinute: 9 * HOUR };
}

function takeTurn(engine: Engine, message: MessageRow): void {
  const verdict = judgeMessage(
    {
      topic: EVENT_RULES[message.event].topic,
      event: message.event,
      category: null,
      channel: "email",
      legalMinimum: isLegalMinimum(message.event),
      carriesMinimum: true,
      reachable: true,
      muted: false,
      expired: false,
      superseded: message.notice?.row.state === "void",
      withinTheHour: false,
      released: false,
      sentWithinHour: 0,
    },
    settingsOf(engine, message.payer),
    minuteOfDay(engine.now, zoneOf(message.payer)),
  );
  if (verdict.do === "drop") move(engine, message, "dropped", verdict.why);
  else if (verdict.do === "gather") message.dueAt = engine.now + DAY / 24;
  else send(engine, message);
}

function send(engine: Engine, message: MessageRow): void {
  move(engine, message, "taken");
  const { key, payer, event, bill } = message;
  const { said, bouncesAt } = engine.post.send({ key, payer, event, bill });
  switch (said) {
    case "accepted":
      move(engine, message, "accepted");
      message.bouncesAt = bouncesAt === null ? null : bouncesAt + engine.clock.skewMinutes;
      if (message.notice) acceptNotice(engine, message.notice);
      return;
    case "refused":
      return end(engine, message, "refused-for-good");
    case "not-now":
      move(engine, message, "refused-for-now");
      message.dueAt = engine.now + LATER;
      return;
    case "silence":
      message.leaseUntil = engine.now + SILENCE;
  }
}

/** A notice that nobody can have read is none: its payer is asked (payment rules §7.3). */
function end(
  engine: Engine,
  message: MessageRow,
  how: "bounced" | "refused-for-good" | "unanswered-again",
): void {
  move(engine, message, how);
  if (message.notice === null || message.notice.row.state === "void") return;
  const { payment, row } = message.notice;
  row.state = "void";
  if (payment.state === "scheduled" && movePayment(engine, payment, "person-needed"))
    payment.need = "no-channel";
}

/** The payer must do something: they are told what, whatever they have switched off. */
export function askPayer(engine: Engine, { payment }: { payment: PaymentRow }): void {
  const { payer, bill } = payment;
  const event: NotificationEvent = "needs-confirmation";
  tell(engine, { key: `${event}/${payment.id}/${engine.audit.length}`, payer, event, bill: bill.id });
}
