import type { Context } from "hono";
import { z } from "zod";
import { type CookieShelf, dropSealed, keepSealed, readSealed } from "./sealed-cookies.ts";

const moneyShape = z.object({ amountMinor: z.number(), currency: z.enum(["RUB", "USD", "EUR"]) });

const inFlightShape = z.object({
  payment: z.string(),
  amount: moneyShape,
  sentAt: z.string(),
  state: z.string(),
  next: z.string().nullable(),
});

const noticeShape = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("stopped"),
    what: z.enum(["paused", "cancelled", "skipped", "withdrawn", "identifier-deleted"]),
    stoppedAt: z.string().nullable(),
    inFlight: z.array(inFlightShape),
  }),
  z.object({
    kind: z.literal("done"),
    what: z.enum([
      "account-added",
      "bill-added",
      "mandate-created",
      "mandate-changed",
      "mandate-resumed",
      "mandate-renewed",
      "autopay-declined",
      "methods-ordered",
      "settings-saved",
      "session-ended",
      "mail-entered",
      "mail-proved",
      "identifier-saved",
      "identifier-named",
      "identifier-deleted",
      "template-saved",
      "template-deleted",
      "push-on",
      "push-removed",
      "push-amounts",
      "messages-chosen",
      "messages-reset",
      "quiet-chosen",
      "test-asked",
      "muted",
      "unmuted",
    ]),
  }),
]);

/** What an action answered, told on the page that follows it. */
export type Notice = z.infer<typeof noticeShape>;

/** One charge that was already under way when something was stopped. */
export type InFlight = z.infer<typeof inFlightShape>;

const name = { purpose: "notice" } as const;
/** The next page comes at once; a notice that nobody fetched is not shown much later, out of place. */
const lifetimeSeconds = 120;

/** Leaves a notice for the next page. */
export function leaveNotice(c: Context, shelf: CookieShelf, notice: Notice): Promise<void> {
  return keepSealed(c, shelf, name, { value: notice, lifetimeSeconds });
}

/** Takes the notice that the last action left, if there is one. */
export async function takeNotice(c: Context, shelf: CookieShelf): Promise<Notice | undefined> {
  const sealed = await readSealed(c, shelf, name);
  if (sealed === undefined) return undefined;
  dropSealed(c, shelf, name);
  const read = noticeShape.safeParse(sealed);
  return read.success ? read.data : undefined;
}
