import type { Binding, Gateway, SeenMethod } from "../adapters/gateways/port.ts";
import { activateMethod, boundMethod } from "../db/queries/binding-ends.ts";
import { failBinding, findMethod, keepConfirmation, type MethodRow } from "../db/queries/methods.ts";
import { inTransaction } from "../db/queries/transaction.ts";
import { cardKey } from "../db/card-key.ts";
import { gatewayKey } from "../db/gateway-key.ts";
import { type MethodKind, ruleOf, type Wallet } from "../domain/capability-matrix.ts";
import { carryOutStops } from "./after-stop.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { Refusal, refuseField } from "./problems.ts";

/** What a look at a binding stands on; the worker looks as well, when a gateway rings. */
export type BindingDependencies = Pick<
  ApiDependencies,
  "db" | "engine" | "sealer" | "claimKey" | "gateways"
> & {
  readonly log: Pick<ApiDependencies["log"], "error" | "warn">;
};

type OwnMethod = { readonly residentId: string; readonly methodId: string };

/** A wallet's one-time token, in memory only: no row, no log and no answer ever holds it. */
export type WalletToken = { readonly kind: Wallet; readonly token: string };

/** What somebody wants to bind, and where. */
type BindingWish = {
  readonly gateway?: string | undefined;
  readonly kind?: MethodKind | undefined;
  readonly wallet?: { readonly kind: Wallet } | undefined;
};

/**
 * Chooses the gateway of a binding: the named one, else the first that takes the wallet's token or binds the kind without a payment.
 *
 * @throws Refusal naming the field when the gateway is unknown, or cannot bind that
 */
export function bindingGateway({ gateways }: Pick<ApiDependencies, "gateways">, wish: BindingWish): Gateway {
  const all = [...gateways.values()];
  if (wish.gateway === undefined) {
    const able = all.find((gateway) => whyNotBound(gateway, wish) === null);
    if (able) return able;
    throw wish.wallet ? refuseField("wallet", "wallet-not-taken") : refuseField("kind", "kind-not-bindable");
  }
  const named = gateways.get(wish.gateway);
  if (!named) throw refuseField("gateway", "gateway-unknown");
  const why = whyNotBound(named, wish);
  if (why !== null) throw refuseField(wish.wallet ? "wallet" : "kind", why);
  return named;
}

function whyNotBound(
  { name, can }: Gateway,
  { kind = "bank_card", wallet }: BindingWish,
): "wallet-not-taken" | "kind-not-at-gateway" | "kind-not-bindable" | null {
  const rule = ruleOf(name, wallet?.kind ?? kind);
  if (wallet) return rule && can.walletTokens.includes(wallet.kind) ? null : "wallet-not-taken";
  if (!rule) return "kind-not-at-gateway";
  return rule.saved === "alone" && can.bindWithoutPayment.includes(kind) ? null : "kind-not-bindable";
}

/** May the payer type a card on the gateway's page in the middle of a payment? Where not, a method is bound first (`method-needed`). */
export function mayEnterAtGateway({ name, can }: Pick<Gateway, "name" | "can">): boolean {
  return can.chargeWithoutSaving.includes("bank_card") && ruleOf(name, "bank_card")?.withoutSaving === true;
}

/**
 * Asks the gateway to bind the method whose row was written. The method's id is the gateway's idempotency key, so a second try after a crash finds
 * the same binding.
 */
export async function startBinding(
  dependencies: ApiDependencies,
  own: OwnMethod,
  { locale, wallet }: { readonly locale: "ru" | "en"; readonly wallet?: WalletToken | undefined },
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
    methodKind: row.kind as MethodKind,
    payerReference: own.residentId,
    ...(wallet ? { wallet } : {}),
  });
  if (answer.kind === "refused") await failBinding(dependencies.engine, row.id);
  await keep(dependencies, { ...own, gateway: row.gateway }, answer);
  const kept = await mustFind(dependencies, own);
  if (kept.state === "withdrawn") throw new Refusal("binding-failed");
  return kept;
}

/** Looks a binding up at its gateway and keeps what it says; a method that is no binding any more is answered as it is. */
export async function refreshBinding(
  dependencies: BindingDependencies,
  own: OwnMethod,
): Promise<MethodRow | undefined> {
  const row = await findMethod(dependencies.db, own);
  if (row?.state !== "binding" || row.binding_object_id === null) return row;
  const answer = await gatewayOf(dependencies, row).lookUpBinding({ objectId: row.binding_object_id });
  await keep(dependencies, { ...own, gateway: row.gateway }, answer);
  return mustFind(dependencies, own);
}

async function keep(
  dependencies: BindingDependencies,
  own: OwnMethod & { readonly gateway: string },
  answer: Binding,
): Promise<void> {
  const { engine: db, sealer, claimKey, log } = dependencies;
  const { methodId, gateway } = own;
  switch (answer.kind) {
    case "waiting": {
      const { objectId, confirmationUrl, confirmBy } = answer;
      const confirmation = sealer.seal(confirmationUrl, methodId);
      const key = gatewayKey(claimKey, gateway, objectId);
      return keepConfirmation(db, { methodId, objectId, gatewayKey: key, confirmation, confirmBy });
    }
    case "active":
      // Only what the gateway says it has saved may be charged later.
      if (!answer.method.saved) return failBinding(db, methodId);
      return activate(dependencies, own, { gateway, objectId: answer.objectId, method: answer.method });
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
  dependencies: BindingDependencies,
  { residentId, methodId }: OwnMethod,
  {
    gateway,
    objectId,
    method,
  }: { readonly gateway: string; readonly objectId: string; readonly method: SeenMethod },
): Promise<void> {
  const { engine: db, sealer, claimKey, gateways } = dependencies;
  const name = gateways.get(gateway)?.methodIdOf(method.token) ?? null;
  const bound = {
    ...boundMethod(method, (id) => sealer.seal(method.token, id)),
    methodId,
    // where a binding has the name of its method that is the token, which is never kept in the clear
    objectId: objectId === name ? null : objectId,
    gatewayKey: name === null ? null : gatewayKey(claimKey, gateway, name),
    cardKey: cardKey(claimKey, { residentId, gateway, method }),
  };
  await inTransaction(db, (transaction) => activateMethod(transaction, bound));
  // A card that works again brings back the autopays that waited for it.
  await carryOutStops(dependencies);
}

function gatewayOf({ gateways }: Pick<ApiDependencies, "gateways">, row: MethodRow): Gateway {
  const gateway = gateways.get(row.gateway);
  if (!gateway) throw new Error(`no gateway ${row.gateway} is configured`);
  return gateway;
}

async function mustFind({ db }: Pick<ApiDependencies, "db">, own: OwnMethod): Promise<MethodRow> {
  const row = await findMethod(db, own);
  if (!row) throw new Error("the method's row has gone");
  return row;
}
