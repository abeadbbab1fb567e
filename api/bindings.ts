import type { Binding, Gateway, SeenMethod } from "../adapters/gateways/port.ts";
import {
  activateMethod,
  failBinding,
  findMethod,
  keepConfirmation,
  type MethodRow,
} from "../db/queries/methods.ts";
import { inTransaction } from "../db/queries/transaction.ts";
import { debtKey } from "../db/sealed.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { Refusal } from "./problems.ts";

type OwnMethod = { readonly residentId: string; readonly methodId: string };

/** The gateway with which cards are bound. */
export function bindingGateway({ gateways }: ApiDependencies): Gateway {
  const able = [...gateways.values()].find((gateway) => gateway.can.bindWithoutPayment);
  if (!able) throw new Error("no gateway can bind a card without a payment");
  return able;
}

/**
 * Asks the gateway to bind the method whose row was written. The method's id is the gateway's idempotency key, so a second try after a crash finds
 * the same binding.
 */
export async function startBinding(
  dependencies: ApiDependencies,
  own: OwnMethod,
  locale: "ru" | "en",
): Promise<MethodRow> {
  const row = await mustFind(dependencies, own);
  if (row.state === "withdrawn") throw new Refusal("binding-failed");
  if (row.state !== "binding" || row.binding_object_id !== null) return row;
  const { publicUrl } = dependencies;
  const answer = await gatewayOf(dependencies, row).startBinding({
    key: row.id,
    bindingId: row.id,
    returnUrl: `${publicUrl}/methods/${row.id}/return`,
    locale,
  });
  if (answer.kind === "refused") await failBinding(dependencies.db, row.id);
  await keep(dependencies, own, answer);
  const kept = await mustFind(dependencies, own);
  if (kept.state === "withdrawn") throw new Refusal("binding-failed");
  return kept;
}

/** Looks a binding up at its gateway and keeps what it says; a method that is no binding any more is answered as it is. */
export async function refreshBinding(
  dependencies: ApiDependencies,
  own: OwnMethod,
): Promise<MethodRow | undefined> {
  const row = await findMethod(dependencies.db, own);
  if (row?.state !== "binding" || row.binding_object_id === null) return row;
  const answer = await gatewayOf(dependencies, row).lookUpBinding({ objectId: row.binding_object_id });
  await keep(dependencies, own, answer);
  return mustFind(dependencies, own);
}

async function keep(dependencies: ApiDependencies, own: OwnMethod, answer: Binding): Promise<void> {
  const { db, sealer, log } = dependencies;
  const { methodId } = own;
  switch (answer.kind) {
    case "waiting": {
      const { objectId, confirmationUrl, confirmBy } = answer;
      const confirmation = sealer.seal(confirmationUrl, methodId);
      return keepConfirmation(db, { methodId, objectId, confirmation, confirmBy });
    }
    case "active":
      // Only what the gateway says it has saved may be charged later.
      if (!answer.method.saved) return failBinding(db, methodId);
      return activate(dependencies, own, { objectId: answer.objectId, method: answer.method });
    case "failed":
      return failBinding(db, methodId);
    case "refused":
      log.error({ methodId, code: answer.code, detail: answer.detail }, "the gateway refused a binding");
      throw new Refusal("gateway-refused");
    case "unanswered":
      log.warn({ methodId, detail: answer.detail }, "the gateway did not answer about a binding");
      throw new Refusal("gateway-unavailable");
  }
}

async function activate(
  { db, sealer, claimKey }: ApiDependencies,
  { residentId, methodId }: OwnMethod,
  { objectId, method }: { readonly objectId: string; readonly method: SeenMethod },
): Promise<void> {
  const bound = {
    methodId,
    objectId,
    token: sealer.seal(method.token, methodId),
    kind: method.kind,
    title: method.title,
    brand: method.brand ?? null,
    last4: method.last4 ?? null,
    expiryMonth: method.expiryMonth ?? null,
    expiryYear: method.expiryYear ?? null,
    cardKey: cardKey(claimKey, residentId, method),
  };
  await inTransaction(db, (transaction) => activateMethod(transaction, bound));
}

/** A name for the card, the same when its owner binds it twice: one budget of tries per card (payment rules §9.2). */
function cardKey(claimKey: Uint8Array, residentId: string, method: SeenMethod): string | null {
  const { kind, brand, last4, expiryMonth, expiryYear } = method;
  if (last4 === undefined) return null;
  const parts = ["card", residentId, kind, brand ?? "", last4, String(expiryMonth), String(expiryYear)];
  return debtKey(claimKey, parts);
}

function gatewayOf({ gateways }: ApiDependencies, row: MethodRow): Gateway {
  const gateway = gateways.get(row.gateway);
  if (!gateway) throw new Error(`no gateway ${row.gateway} is configured`);
  return gateway;
}

async function mustFind({ db }: ApiDependencies, own: OwnMethod): Promise<MethodRow> {
  const row = await findMethod(db, own);
  if (!row) throw new Error("the method's row has gone");
  return row;
}
