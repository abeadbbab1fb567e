import type { Gateway } from "../adapters/gateways/port.ts";
import { createStripe } from "../adapters/gateways/stripe/stripe.ts";
import { createYooKassa } from "../adapters/gateways/yookassa/yookassa.ts";
import type { Config } from "./config.ts";

/** What the adapters are made from. */
export const gatewayVariables = [
  "KVITOK_MODE",
  "KVITOK_YOOKASSA_URL",
  "KVITOK_YOOKASSA_SHOP_ID",
  "KVITOK_YOOKASSA_SECRET_KEY",
  "KVITOK_YOOKASSA_UTILITIES_SHOP",
  "KVITOK_STRIPE_URL",
  "KVITOK_STRIPE_SECRET_KEY",
  "KVITOK_STRIPE_ACCOUNT",
  "KVITOK_STRIPE_WEBHOOK_SECRETS",
] as const satisfies readonly (keyof Config)[];

/**
 * The gateways of this deployment by the names that rows keep. A third one is a folder of adapters/gateways and an entry here.
 *
 * @throws when a gateway is only half described: charges would name a merchant account that is not there
 */
export function createGateways(
  config: Pick<Config, (typeof gatewayVariables)[number]>,
  onClockSkew: (gateway: string, skewSeconds: number) => void,
): ReadonlyMap<string, Gateway> {
  const livemode = config.KVITOK_MODE === "live";
  const yooKassa = createYooKassa({
    url: config.KVITOK_YOOKASSA_URL,
    shopId: config.KVITOK_YOOKASSA_SHOP_ID,
    secretKey: config.KVITOK_YOOKASSA_SECRET_KEY,
    utilitiesShop: config.KVITOK_YOOKASSA_UTILITIES_SHOP,
    livemode,
    onClockSkew: (skewSeconds) => onClockSkew("yookassa", skewSeconds),
  });
  const all = [yooKassa];
  if (config.KVITOK_STRIPE_SECRET_KEY !== "") {
    if (!config.KVITOK_STRIPE_ACCOUNT.startsWith("acct_"))
      throw new Error("KVITOK_STRIPE_ACCOUNT: must name the account (acct_…) that the secret key belongs to");
    all.push(
      createStripe({
        url: config.KVITOK_STRIPE_URL,
        secretKey: config.KVITOK_STRIPE_SECRET_KEY,
        account: config.KVITOK_STRIPE_ACCOUNT,
        webhookSecrets: config.KVITOK_STRIPE_WEBHOOK_SECRETS,
        onClockSkew: (skewSeconds) => onClockSkew("stripe", skewSeconds),
        livemode,
      }),
    );
  }
  return new Map(all.map((gateway) => [gateway.name, gateway]));
}
