import { toDecimal } from "../../../domain/money.ts";
import type { Capabilities, Gateway, MethodKind, ObjectRequest, Refunds, Transmission } from "../port.ts";
import { BINDABLE, bindingOf, buildBinding } from "./binding.ts";
import { buildCharge, isKey, SAVABLE, type ShopDuties } from "./charge-request.ts";
import { readNotification } from "./notification.ts";
import { buildRefund, findRefund, refundLookUpOf, refundTransmissionOf } from "./refund.ts";
import { methodLookOf } from "./saved-method.ts";
import { scan } from "./scan.ts";
import { createSender, type Sender, type SenderSettings } from "./sender.ts";
import { USUAL_CONFIRMATION_MINUTES } from "./sighting.ts";
import { lookUpOf, transmissionOf } from "./transmission.ts";

export type YooKassaSettings = SenderSettings & {
  /** A shop of the utilities kind: every charge must carry a payment order; `false` where absent. */
  readonly utilitiesShop?: boolean;
};

const CAPABILITIES: Capabilities = {
  bindWithoutPayment: BINDABLE,
  chargeWithoutSaving: [...SAVABLE, "mobile_balance"],
  saveWithCharge: SAVABLE,
  walletTokens: [],
  preparesPayment: false,
  captureHeld: true,
  voidHeld: true,
  voidPending: false,
  refund: true,
  partialRefund: true,
  listByTime: true,
  receipt: true,
  paymentOrder: true,
  notifications: "by-address",
  replayAnswers: "current",
  absenceBy: "list",
  keyLifeHours: 24,
  confirmationMinutes: USUAL_CONFIRMATION_MINUTES,
};

const UNUSABLE_KEY = "the key cannot be an idempotency key";

/**
 * YooKassa API v3 behind the gateway port. Keeps no state and no connection, repeats nothing, logs nothing. Throws `RangeError` for
 * settings that cannot work.
 */
export function createYooKassa(settings: YooKassaSettings): Gateway {
  const { shopId } = settings;
  const send = createSender(settings);
  const duties: ShopDuties = { paymentOrder: settings.utilitiesShop === true };
  const object = objectRequests(send, shopId);
  return {
    name: "yookassa",
    merchantAccount: shopId,
    can: CAPABILITIES,
    buildCharge: (intent) => buildCharge(intent, duties),
    readNotification,
    async sendCharge({ key, body, expected, mayStillSend }) {
      if (!isKey(key)) return { kind: "never-sent", detail: UNUSABLE_KEY };
      return transmissionOf(await send.post("/payments", { key, body, mayStillSend }), { expected, shopId });
    },
    async lookUpCharge({ objectId, expected }) {
      const ended = await send.get(`/payments/${encodeURIComponent(objectId)}`);
      return lookUpOf(ended, { expected, shopId, objectId });
    },
    findCharge({ createdFrom, createdTo, expected, chargeId }) {
      const checks = { expected: { ...expected, chargeId }, shopId };
      return scan({ createdFrom, createdTo }, checks, (query) => send.get("/payments", query));
    },
    async startBinding({ key, ...request }) {
      const unable = unableToBind(key, request);
      if (unable !== null) return { kind: "refused", ...unable };
      const body = buildBinding(request);
      const ended = await send.post("/payment_methods", { key, body, mayStillSend: () => true });
      return bindingOf(ended, { shopId });
    },
    methodIdOf: (token) => (token === "" ? null : token),
    async lookUpMethod({ token }) {
      const ended = await send.get(`/payment_methods/${encodeURIComponent(token)}`);
      return methodLookOf(ended, { shopId, objectId: token });
    },
    async lookUpBinding({ objectId }) {
      const ended = await send.get(`/payment_methods/${encodeURIComponent(objectId)}`);
      return bindingOf(ended, { shopId, objectId });
    },
    // The sum is named, so that a capture never takes more than was asked.
    capture: (request) =>
      object("capture", request, {
        amount: { value: toDecimal(request.expected.amount), currency: request.expected.amount.currency },
      }),
    void: (request) => object("cancel", request, {}),
    refunds: refundsOf(send),
  };
}

type ToBind = { readonly methodKind?: MethodKind; readonly wallet?: unknown };

/** Why a binding cannot even be asked for. */
function unableToBind(
  key: string,
  { methodKind = "bank_card", wallet }: ToBind,
): { readonly code: string; readonly detail: string } | null {
  if (!isKey(key)) return { code: "key", detail: UNUSABLE_KEY };
  if (wallet !== undefined) return { code: "wallet", detail: "no wallet tokens are taken" };
  if (BINDABLE.some((kind) => kind === methodKind)) return null;
  return { code: "method-kind", detail: `${methodKind} cannot be bound without a payment` };
}

/** Capture and cancel: a POST on an object that is known by its id, answered with the object. */
function objectRequests(send: Sender, shopId: string) {
  return async (
    verb: "capture" | "cancel",
    { key, objectId, expected, mayStillSend }: ObjectRequest,
    content: Readonly<Record<string, unknown>>,
  ): Promise<Transmission> => {
    if (!isKey(key)) return { kind: "never-sent", detail: UNUSABLE_KEY };
    const body = new TextEncoder().encode(JSON.stringify(content));
    const ended = await send.post(`/payments/${encodeURIComponent(objectId)}/${verb}`, {
      key,
      body,
      mayStillSend,
    });
    return transmissionOf(ended, { expected, shopId, objectId });
  };
}

function refundsOf(send: Sender): Refunds {
  return {
    build: buildRefund,
    async send({ key, body, expected, mayStillSend }) {
      if (!isKey(key)) return { kind: "never-sent", detail: UNUSABLE_KEY };
      return refundTransmissionOf(await send.post("/refunds", { key, body, mayStillSend }), { expected });
    },
    async lookUp({ objectId, expected }) {
      const ended = await send.get(`/refunds/${encodeURIComponent(objectId)}`);
      return refundLookUpOf(ended, { expected, objectId });
    },
    find({ expected, createdFrom, createdTo }) {
      return findRefund({ createdFrom, createdTo }, expected, (query) => send.get("/refunds", query));
    },
  };
}
