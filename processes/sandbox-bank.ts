import { startBank } from "../sandbox/bank/server.ts";
import type { StripeOptions } from "../sandbox/bank/stripe/face.ts";

/** The sandbox bank as a process: prints `ready <url>` once it listens, ends at SIGTERM or SIGINT. */

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}

function portSetting(name: string): number {
  const port = Number(setting(name));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} is not a port`);
  return port;
}

/** The Stripe face stands only where its secret key is given; then the account and the webhook secret are needed, too. */
function stripeSettings(): StripeOptions | undefined {
  const secretKey = process.env.SANDBOX_BANK_STRIPE_SECRET_KEY ?? "";
  if (secretKey === "") return undefined;
  return {
    secretKey,
    account: setting("SANDBOX_BANK_STRIPE_ACCOUNT"),
    webhookSecret: setting("SANDBOX_BANK_STRIPE_WEBHOOK_SECRET"),
    webhookUrl: process.env.SANDBOX_BANK_STRIPE_WEBHOOK_URL ?? "",
  };
}

const bank = await startBank({
  port: portSetting("SANDBOX_BANK_PORT"),
  dataDir: setting("SANDBOX_DATA_DIR"),
  shopId: setting("SANDBOX_BANK_SHOP_ID"),
  secretKey: setting("SANDBOX_BANK_SECRET_KEY"),
  notifyUrl: process.env.SANDBOX_BANK_NOTIFY_URL ?? "",
  stripe: stripeSettings(),
});

let ending: Promise<void> | undefined;
const end = (): void => {
  // A second signal is the same wish: one close is under way.
  ending ??= bank.close().then(() => process.exit(0));
};
process.on("SIGTERM", end);
process.on("SIGINT", end);

process.stdout.write(`ready ${bank.url}\n`);
