import type { Capabilities, Gateway } from "../port.ts";
import { bindingOf, buildBinding } from "./binding.ts";
import { buildCharge, isKey } from "./charge-request.ts";
import { scan } from "./scan.ts";
import { USUAL_CONFIRMATION_MINUTES } from "./sighting.ts";
import { lookUpOf, transmissionOf } from "./transmission.ts";
import { DEFAULT_TIMEOUTS, exchange, type Exchange, type Timeouts } from "./transport.ts";

export type YooKassaSettings = {
  /** Base address with the version, e.g. `https://api.yookassa.ru/v3`. */
  readonly url: string;
  readonly shopId: string;
  readonly secretKey: string;
  /** Real money: only then plain HTTP is refused. */
  readonly livemode: boolean;
  readonly timeouts?: Partial<Timeouts>;
};

const CAPABILITIES: Capabilities = {
  bindWithoutPayment: true,
  cancelBeforeCapture: true,
  cancelPending: false,
  partialRefund: true,
  listByTime: true,
  keyLifeHours: 24,
  confirmationMinutes: USUAL_CONFIRMATION_MINUTES,
};

/**
 * YooKassa API v3 behind the gateway port. Keeps no state and no connection, repeats nothing, logs nothing. Throws `RangeError` for
 * settings that cannot work.
 */
export function createYooKassa(settings: YooKassaSettings): Gateway {
  const { shopId } = settings;
  const send = sender(settings);
  return {
    name: "yookassa",
    merchantAccount: shopId,
    can: CAPABILITIES,
    buildCharge,
    async sendCharge({ key, body, expected, mayStillSend }) {
      if (!isKey(key)) return { kind: "never-sent", detail: "the key cannot be an idempotency key" };
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
      if (!isKey(key))
        return { kind: "refused", code: "key", detail: "the key cannot be an idempotency key" };
      const body = buildBinding(request);
      return bindingOf(await send.post("/payment_methods", { key, body, mayStillSend: () => true }), {
        shopId,
      });
    },
    async lookUpBinding({ objectId }) {
      const ended = await send.get(`/payment_methods/${encodeURIComponent(objectId)}`);
      return bindingOf(ended, { shopId, objectId });
    },
  };
}

type Post = { readonly key: string; readonly body: Uint8Array; readonly mayStillSend: () => boolean };

/** The two ways to ask, with credentials and time-outs bound in. */
function sender(settings: YooKassaSettings) {
  const base = new URL(settings.url);
  if (settings.livemode && base.protocol !== "https:")
    throw new RangeError("yookassa: real money needs https");
  const credentials = Buffer.from(`${settings.shopId}:${settings.secretKey}`).toString("base64");
  const headers = { authorization: `Basic ${credentials}`, accept: "application/json" };
  const timeouts: Timeouts = { ...DEFAULT_TIMEOUTS, ...settings.timeouts };
  const at = (path: string, query?: URLSearchParams): URL => {
    const url = new URL(base.pathname.replace(/\/$/, "") + path, base);
    if (query !== undefined) url.search = query.toString();
    return url;
  };
  return {
    get(path: string, query?: URLSearchParams): Promise<Exchange> {
      return exchange({ method: "GET", url: at(path, query), headers, timeouts, mayStillSend: () => true });
    },
    post(path: string, { key, body, mayStillSend }: Post): Promise<Exchange> {
      return exchange({
        method: "POST",
        url: at(path),
        headers: { ...headers, "content-type": "application/json", "idempotence-key": key },
        body,
        timeouts,
        mayStillSend,
      });
    },
  };
}
