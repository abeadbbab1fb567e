import type { Stripe } from "stripe";
import type { Scan, Sighting } from "../port.ts";
import { type Alarm, unexpected } from "./answers.ts";
import type { Ask } from "./calling.ts";
import { intentShape } from "./shapes.ts";
import { type Checks, checkedSighting } from "./sighting.ts";
import { readAll, type Window } from "./lists.ts";

/** The order in which several intents of one payment count: money first, then what may still take some. */
const WEIGHT = { charged: 0, held: 1, challenged: 2, pending: 3, "not-charged": 4 } as const satisfies Record<
  Sighting["outcome"]["kind"],
  number
>;

/**
 * Reads all intents of a window and says what those of our payment show. An older intent of the payment counts only with money (or while it may
 * still take some): its declines belong to charges before ours.
 */
export async function scan(ask: Ask, window: Window, checks: Checks): Promise<Scan> {
  const read = await readAll(window, (page) =>
    ask((sdk) =>
      sdk.paymentIntents.list({
        ...page,
        expand: ["data.latest_charge"],
      } satisfies Stripe.PaymentIntentListParams),
    ),
  );
  if (read.kind === "unanswered") return read;
  const seenObjectIds = read.items.map(({ id }) => id);
  const ours = read.items.filter((item) => item.metadata?.["payment_id"] === checks.expected.paymentId);
  const found: Sighting[] = [];
  for (const [age, { item }] of ours.entries()) {
    const shown = shownBy(item, checks);
    if (shown !== null && "doubt" in shown) return shown.doubt;
    if (shown !== null && (age === 0 || shown.outcome.kind !== "not-charged")) found.push(shown);
  }
  const [first] = found.toSorted((a, b) => WEIGHT[a.outcome.kind] - WEIGHT[b.outcome.kind]);
  return first === undefined
    ? { kind: "nothing", seenObjectIds }
    : { kind: "found", sighting: first, seenObjectIds };
}

/** What one of our intents shows; `null` where our charge has not run. */
function shownBy(item: unknown, checks: Checks): Sighting | { readonly doubt: Alarm } | null {
  const intent = intentShape.safeParse(item);
  if (!intent.success) return { doubt: unexpected("our object in the list cannot be read") };
  const checked = checkedSighting(intent.data, new TextEncoder().encode(JSON.stringify(item)), checks);
  if (checked.kind === "disagrees") {
    const detail = `our object in the list disagrees about ${checked.about}`;
    return { doubt: unexpected(detail, checked.objectId) };
  }
  return checked.kind === "seen" ? checked.sighting : null;
}
