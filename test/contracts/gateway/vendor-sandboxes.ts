import type { Gateway } from "../../../adapters/gateways/port.ts";
import { createStripe } from "../../../adapters/gateways/stripe/stripe.ts";
import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import type { GatewayWorld } from "./gateway-world.ts";
import { savedCard, UNKNOWN, unknownCard } from "./stripe-world.ts";

/** A vendor's own sandbox: nobody makes it misbehave, and the adapter is the only witness. */
const NOTHING_TO_CLOSE = async (): Promise<void> => undefined;

const STRIPE_URL = "https://api.stripe.com";

/** Stripe's sandbox by a test key; a live key is refused, for these cases move money. */
export function stripeSandbox(secretKey: string) {
  if (!/^(sk|rk)_test_/.test(secretKey)) throw new Error("the nightly run takes test keys of Stripe only");
  const at = { url: STRIPE_URL, secretKey };
  const gateway: Gateway = createStripe({
    ...at,
    account: "acct_nightly",
    livemode: false,
    webhookSecrets: [],
  });
  const world: GatewayWorld = {
    gateway,
    livemode: false,
    currency: "EUR",
    savedMethod: () => savedCard(at, "pm_card_visa"),
    unknownMethod: unknownCard,
    unknown: UNKNOWN,
    walletToken: "tok_visa",
    close: NOTHING_TO_CLOSE,
  };
  return { world, saved: (card: string) => savedCard(at, card) };
}

/** YooKassa's test shop; `method` is the id of a card that was saved in it by hand, for nothing but its page saves one. */
export function yookassaTestShop(shop: {
  readonly shopId: string;
  readonly secretKey: string;
  readonly method: string;
}): GatewayWorld {
  if (!shop.secretKey.startsWith("test_"))
    throw new Error("the nightly run takes test keys of YooKassa only");
  return {
    gateway: createYooKassa({ ...shop, url: "https://api.yookassa.ru/v3", livemode: false }),
    livemode: false,
    currency: "RUB",
    savedMethod: async () => shop.method,
    unknownMethod: () => "2f0b4c1e-000f-5000-a000-000000000000",
    unknown: {
      charge: "2f0b4c1e-000f-5001-8000-000000000000",
      binding: "2f0b4c1e-000f-5001-8000-000000000001",
      refund: "2f0b4c1e-000f-5001-8000-000000000002",
    },
    close: NOTHING_TO_CLOSE,
  };
}
