import type { Gateway, MethodLook } from "../adapters/gateways/port.ts";
import { cardKey } from "../db/card-key.ts";
import { gatewayKey } from "../db/gateway-key.ts";
import { openCase } from "../db/queries/charging.ts";
import { findMethod } from "../db/queries/methods.ts";
import {
  listUnnamedMethods,
  type LookedMethod,
  nameMethod,
  readLookedMethod,
  seeMethod,
  type SeenState,
} from "../db/queries/saved-methods.ts";
import { declineOf, isListed } from "../domain/decline.ts";
import { carryOutStops } from "./after-stop.ts";
import { type BindingDependencies, refreshBinding } from "./bindings.ts";

/** A method of ours that a gateway has spoken of, or whose month ends. */
export type MethodNews = {
  readonly residentId: string;
  readonly methodId: string;
  /** The standing permission for it, where the news were of that. */
  readonly permissionId: string | null;
};

/**
 * Looks at what a gateway has spoken of: a binding that waits, or a saved method. What the look shows counts, whatever the news said: a method that is gone stops
 * its debits like one that its owner has unlinked, a card that was renewed lives on.
 *
 * @throws when the gateway could not be asked now
 */
export async function followMethodNews(dependencies: BindingDependencies, news: MethodNews): Promise<void> {
  const { db, sealer, gateways } = dependencies;
  const { methodId, permissionId } = news;
  if ((await findMethod(db, news))?.state === "binding") {
    await refreshBinding(dependencies, news);
    return;
  }
  const method = await readLookedMethod(db, methodId);
  const gateway = method && gateways.get(method.gateway);
  if (!method || !gateway) return;
  const look = await gateway.lookUpMethod({
    token: sealer.open(method.token, method.id).toString("utf8"),
    ...(permissionId === null ? {} : { permissionId }),
  });
  await keep(dependencies, method, look);
}

async function keep(
  dependencies: BindingDependencies,
  method: LookedMethod,
  look: MethodLook,
): Promise<void> {
  const { db } = dependencies;
  const { id: methodId, version } = method;
  if (look.kind === "missing" || look.kind === "unanswered") {
    const alarm =
      look.kind === "missing"
        ? `the gateway does not know a method that it has saved: ${look.detail}`
        : look.alarm;
    if (alarm === undefined)
      throw new Error(`the gateway could not be asked about ${methodId}: ${look.detail}`);
    return openCase(db, { kind: "gateway-alarm", subject: methodId, detail: { alarm } });
  }
  const seen = await seeMethod(db, { methodId, version, ...stateOf(dependencies, method, look) });
  if (seen === "again") throw new Error(`${methodId} has moved on since it was looked at`);
  if (seen !== "same") await carryOutStops(dependencies);
}

function stateOf(
  { claimKey }: Pick<BindingDependencies, "claimKey">,
  { residentId, gateway, stateReason }: LookedMethod,
  look: Extract<MethodLook, { kind: "usable" | "gone" }>,
): SeenState {
  if (look.kind === "gone") return { shows: look.why };
  const { method } = look;
  // only what the gateway says it has saved may be charged
  if (!method.saved) return { shows: "inactive" };
  const { title, brand = null, last4 = null, expiryMonth = null, expiryYear = null } = method;
  const key = cardKey(claimKey, { residentId, gateway, method });
  return {
    shows: "usable",
    revives: stateReason !== null && endsWithTheCard(gateway, stateReason),
    card: { title, brand, last4, expiryMonth, expiryYear, cardKey: key },
  };
}

/** Our own watch, the gateway's switch, or an issuer that called the card expired: a renewed card is free of it. */
function endsWithTheCard(gateway: string, reason: string): boolean {
  if (reason === "expired" || reason === "inactive") return true;
  return isListed(gateway, reason) && declineOf(gateway, reason).reason === "card-expired";
}

const NAMED_AT_ONCE = 200;

/** Keeps the gateways' names (as keyed hashes) of methods that were saved before such names were kept. Answers how many. */
export async function nameSavedMethods({
  db,
  sealer,
  claimKey,
  gateways,
}: Pick<BindingDependencies, "db" | "sealer" | "claimKey" | "gateways">): Promise<number> {
  let named = 0;
  let after = "";
  for (;;) {
    const page = await listUnnamedMethods(db, { after, limit: NAMED_AT_ONCE });
    for (const { id, gateway, token } of page) {
      const name = nameOf(gateways.get(gateway), sealer.open(token, id).toString("utf8"));
      if (name === null) continue;
      await nameMethod(db, { methodId: id, name, gatewayKey: gatewayKey(claimKey, gateway, name) });
      named += 1;
    }
    if (page.length < NAMED_AT_ONCE) return named;
    after = page.at(-1)?.id ?? after;
  }
}

function nameOf(gateway: Gateway | undefined, token: string): string | null {
  return gateway === undefined ? null : gateway.methodIdOf(token);
}
