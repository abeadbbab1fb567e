import type { Stripe } from "stripe";
import type { z } from "zod";
import type { Binding, Gateway } from "../port.ts";
import { commonEnd, refusal } from "./answers.ts";
import type { Ask } from "./calling.ts";
import { isKey } from "./charge-request.ts";
import type { Answer, Exchange } from "../exchange.ts";
import { bindingOfSetup, failedSetup } from "./setup-intent.ts";
import { savedMethod } from "./seen-method.ts";
import { customerShape, instant, paymentMethodShape, read, sessionShape } from "./shapes.ts";

type StartRequest = Parameters<Gateway["startBinding"]>[0];

/** A one-time token that the vendor's own script made of a wallet's card. */
const WALLET_TOKEN = /^tok_[0-9A-Za-z_]+$/;

/** Starts a binding: on the vendor's page for a card, at once for a wallet's token. */
export async function startBinding(ask: Ask, request: StartRequest, livemode: boolean): Promise<Binding> {
  const { key, methodKind = "bank_card", wallet } = request;
  if (!isKey(key)) return { kind: "refused", code: "key", detail: "the key cannot be an idempotency key" };
  if (methodKind !== "bank_card")
    return { kind: "refused", code: "method-kind", detail: `${methodKind} cannot be bound here` };
  if (wallet === undefined) return startOnPage(ask, request, livemode);
  if (!WALLET_TOKEN.test(wallet.token))
    return { kind: "refused", code: "wallet-token", detail: "not a one-time token of this gateway" };
  return startWithToken(ask, request, wallet.token, livemode);
}

/**
 * The payer leaves for the vendor's page: no card is ever typed on a page of ours. A saved card is charged only together with its owner, so each
 * binding makes one first, under a key of its own.
 */
async function startOnPage(ask: Ask, request: StartRequest, livemode: boolean): Promise<Binding> {
  const metadata = metadataOf(request);
  const owner = await ownerOf(ask, request);
  if (!("id" in owner)) return owner;
  const params = {
    mode: "setup",
    allowed_payment_method_types: ["card"],
    customer: owner.id,
    client_reference_id: request.bindingId,
    success_url: request.returnUrl,
    cancel_url: request.returnUrl,
    locale: request.locale,
    metadata,
    setup_intent_data: { metadata },
  } satisfies Stripe.Checkout.SessionCreateParams;
  const ended = await ask((sdk) => sdk.checkout.sessions.create(params, { idempotencyKey: request.key }));
  return bindingOf(ended, (answer) => bindingOfSession(answer, livemode));
}

function metadataOf({ bindingId }: StartRequest) {
  return { binding_id: bindingId, engine: "kvitok" };
}

/** A new owner, or how the binding ends without one. */
function ownerOf(ask: Ask, request: StartRequest): Promise<{ readonly id: string } | Binding> {
  return made(customerShape, () =>
    ask((sdk) =>
      sdk.customers.create({ metadata: metadataOf(request) }, { idempotencyKey: `${request.key}-owner` }),
    ),
  );
}

/**
 * Owner, method and setup, each under a key of its own, so that a repeated start finds what it has made. No `mandate_data`: the vendor wants an
 * acceptance (with the payer's address and browser) for debits from bank accounts, not for cards; our own record of the consent stands with the
 * mandate.
 */
async function startWithToken(
  ask: Ask,
  request: StartRequest,
  token: string,
  livemode: boolean,
): Promise<Binding> {
  const { key, returnUrl } = request;
  const metadata = metadataOf(request);
  const owner = await ownerOf(ask, request);
  if (!("id" in owner)) return owner;
  const card = { type: "card", card: { token }, metadata } satisfies Stripe.PaymentMethodCreateParams;
  const method = await made(paymentMethodShape, () =>
    ask((sdk) => sdk.paymentMethods.create(card, { idempotencyKey: `${key}-method` })),
  );
  if (!("id" in method)) return method;
  const setup = {
    customer: owner.id,
    payment_method: method.id,
    allowed_payment_method_types: ["card"],
    usage: "off_session",
    confirm: true,
    return_url: returnUrl,
    metadata,
    expand: ["payment_method"],
  } satisfies Stripe.SetupIntentCreateParams;
  const ended = await ask((sdk) => sdk.setupIntents.create(setup, { idempotencyKey: key }));
  return bindingOf(ended, (answer) => bindingOfSetup(answer, livemode));
}

/** The object that a step of the way makes, or how the binding ends without it. */
async function made(
  shape: typeof customerShape | typeof paymentMethodShape,
  create: () => Promise<Exchange>,
): Promise<{ readonly id: string } | Binding> {
  const ended = await create();
  const object =
    ended.kind === "answered" && ended.answer.status === 200 ? read(shape, ended.answer.body) : null;
  if (object !== null) return { id: object.id };
  return bindingOf(ended, () => ({ kind: "unanswered", detail: "the answer cannot be read" }));
}

/** Reads a page's session or a setup, told apart by the id. */
export async function lookUpBinding(ask: Ask, objectId: string, livemode: boolean): Promise<Binding> {
  const expand = ["payment_method"];
  if (objectId.startsWith("cs_")) {
    const ended = await ask((sdk) =>
      sdk.checkout.sessions.retrieve(objectId, { expand: ["setup_intent.payment_method"] }),
    );
    return bindingOf(ended, (answer) => bindingOfSession(answer, livemode, objectId));
  }
  if (objectId.startsWith("seti_")) {
    const ended = await ask((sdk) => sdk.setupIntents.retrieve(objectId, { expand }));
    return bindingOf(ended, (answer) => bindingOfSetup(answer, livemode, objectId));
  }
  return { kind: "refused", code: "object-id", detail: "not an id of this gateway's bindings" };
}

function bindingOf(ended: Exchange, seen: (answer: Answer) => Binding): Binding {
  if (ended.kind !== "answered") return { kind: "unanswered", detail: ended.detail };
  const { answer } = ended;
  if (answer.status === 200) return seen(answer);
  const common = commonEnd(answer);
  if (common !== null) return { kind: "unanswered", detail: common.detail };
  const { code, detail } = refusal(answer, "ours");
  return failedSetup(answer) ?? { kind: "refused", code, detail };
}

function bindingOfSession(answer: Answer, livemode: boolean, objectId?: string): Binding {
  const session = read(sessionShape, answer.body);
  if (session === null) return { kind: "unanswered", detail: "the answer cannot be read" };
  if (objectId !== undefined && session.id !== objectId) return disagrees("id");
  if (session.livemode !== livemode) return disagrees("livemode");
  switch (session.status) {
    case "open":
      if (typeof session.url !== "string") return { kind: "unanswered", detail: "waiting without a link" };
      return {
        kind: "waiting",
        objectId: session.id,
        confirmationUrl: session.url,
        confirmBy: instant(session.expires_at),
      };
    case "expired":
      return { kind: "failed", objectId: session.id, reason: "expired" };
    case "complete":
      return completed(session);
  }
}

/** A bank that has not decided about the card yet makes no method of it. */
function completed({ id, setup_intent: setup }: z.infer<typeof sessionShape>): Binding {
  if (typeof setup !== "object" || setup === null) return disagrees("setup_intent");
  const { payment_method: method } = setup;
  const shown = setup.status === "succeeded" && typeof method === "object" ? method : null;
  const saved = shown === null ? null : savedMethod(shown);
  if (saved === null) return { kind: "unanswered", detail: `complete, the setup is ${setup.status}` };
  return { kind: "active", objectId: id, method: saved };
}

function disagrees(about: string): Binding {
  return { kind: "unanswered", detail: `the answer disagrees about ${about}` };
}
