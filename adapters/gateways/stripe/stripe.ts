import type { Capabilities, Gateway } from "../port.ts";
import { lookUpBinding, startBinding } from "./binding.ts";
import { type Ask, caller } from "./calling.ts";
import { buildCharge, CONFIRM_PATH, EXPAND, isKey } from "./charge-request.ts";
import { type ClockWatch, watchingClocks } from "./clock-watch.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "../exchange.ts";
import { cancel, capture } from "./ending.ts";
import { readNotification } from "./notification.ts";
import { preparation } from "./preparation.ts";
import { partsOf } from "./method-token.ts";
import { refunds } from "./refunds.ts";
import { lookUpMethod } from "./saved-method.ts";
import { scan } from "./scan.ts";
import { CONFIRMATION_MINUTES } from "./sighting.ts";
import { stored } from "./stored-request.ts";
import { lookUpOf, transmissionOf } from "./transmission.ts";

export type StripeSettings = ClockWatch & {
  /** Scheme, host and port, e.g. `https://api.stripe.com`; the version of the path is the SDK's. */
  readonly url: string;
  readonly secretKey: string;
  /** The account that the key belongs to, `acct_…`. */
  readonly account: string;
  /** Real money: only then plain HTTP is refused. */
  readonly livemode: boolean;
  /** The secrets of the webhook endpoint, `whsec_…`; two while one replaces the other. */
  readonly webhookSecrets: readonly string[];
  readonly timeouts?: Partial<Timeouts>;
};

const CAPABILITIES: Capabilities = {
  bindWithoutPayment: ["bank_card"],
  chargeWithoutSaving: [],
  walletTokens: ["apple_pay", "google_pay"],
  preparesPayment: true,
  captureHeld: true,
  voidHeld: true,
  voidPending: true,
  refund: true,
  partialRefund: true,
  listByTime: true,
  receipt: false,
  paymentOrder: false,
  notifications: "signed",
  replayAnswers: "stored",
  absenceBy: "void",
  keyLifeHours: 24,
  confirmationMinutes: CONFIRMATION_MINUTES,
};

/**
 * Stripe API v1 behind the gateway port, through the vendor's SDK. Keeps no state and no connection, repeats nothing, logs nothing. Throws
 * `RangeError` for settings that cannot work.
 */
export function createStripe(settings: StripeSettings): Gateway {
  const { account, livemode, webhookSecrets } = settings;
  const ask = askerOf(settings);
  return {
    name: "stripe",
    merchantAccount: account,
    can: CAPABILITIES,
    buildCharge,
    sendCharge: (request) => sendCharge(ask, request),
    async lookUpCharge({ objectId, expected }) {
      const ended = await ask((sdk) => sdk.paymentIntents.retrieve(objectId, { expand: EXPAND }));
      return lookUpOf(ended, { expected, objectId });
    },
    findCharge({ expected, chargeId, ...window }) {
      return scan(ask, window, { expected: { ...expected, chargeId } });
    },
    startBinding: (request) => startBinding(ask, request, livemode),
    lookUpBinding: ({ objectId }) => lookUpBinding(ask, objectId, livemode),
    methodIdOf: (token) => partsOf(token)?.paymentMethod ?? null,
    lookUpMethod: (request) => lookUpMethod(ask, request, livemode),
    readNotification: (request) => readNotification(request, { secrets: webhookSecrets, account, livemode }),
    preparation: preparation(ask),
    capture: capture(ask),
    void: cancel(ask),
    refunds: refunds(ask),
  };
}

/** Sends the stored confirm; the intent's id stands in its address. */
async function sendCharge(
  ask: Ask,
  { key, body, expected, mayStillSend }: Parameters<Gateway["sendCharge"]>[0],
): ReturnType<Gateway["sendCharge"]> {
  const request = stored(body, CONFIRM_PATH);
  const [, objectId] = CONFIRM_PATH.exec(request?.path ?? "") ?? [];
  if (request === null || objectId === undefined || !isKey(key))
    return { kind: "never-sent", detail: "not a charge of this gateway" };
  const ended = await ask(
    (sdk) =>
      sdk.rawRequest("POST", request.path, Object.fromEntries(new URLSearchParams(request.form)), {
        idempotencyKey: key,
      }),
    { body: new TextEncoder().encode(request.form), mayStillSend },
  );
  return transmissionOf(ended, { expected, objectId });
}

function askerOf(settings: StripeSettings): Ask {
  const base = new URL(settings.url);
  if (base.pathname !== "/" || base.search !== "") throw new RangeError("stripe: the address has no path");
  if (settings.livemode && base.protocol !== "https:") throw new RangeError("stripe: real money needs https");
  if (settings.secretKey === "") throw new RangeError("stripe: a secret key is needed");
  const { secretKey } = settings;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...settings.timeouts };
  return watchingClocks(caller({ base, secretKey, timeouts }), settings);
}
