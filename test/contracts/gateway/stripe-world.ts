import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createStripe } from "../../../adapters/gateways/stripe/stripe.ts";
import { type RunningBank, startBank } from "../../../sandbox/bank/server.ts";
import { BankRecords } from "./bank-records.ts";
import type { Subject } from "./gateway-contract.ts";
import type { Bench, GatewayWorld, Target } from "./gateway-world.ts";
import { NotificationSink } from "./notification-sink.ts";
import { visit } from "./payer-visit.ts";
import { FAULTS, SHOP } from "./yookassa-world.ts";

export const MERCHANT = {
  secretKey: "sk_test_of_the_contract",
  account: "acct_1Contract",
  webhookSecret: "whsec_of_the_contract",
} as const;

/** Asks when the payer is there and the shop wants it; pays without asking when nobody is. */
export const CARD_THAT_MAY_ASK = "pm_card_threeDSecureOptional";
/** Its bank asks on saving it. */
const TYPED_CARD = { number: "4000002500003155", expiry: "12/39", csc: "737" };

const OPERATIONS = {
  charge: "stripe_confirm",
  capture: "stripe_capture",
  void: "stripe_cancel",
  refund: "stripe_refund",
} as const satisfies Record<Target["operation"], string>;

/** A request past the adapter, in the vendor's own form. */
export async function post(
  { url, secretKey }: { readonly url: string; readonly secretKey: string },
  address: string,
  form: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/v1${address}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${secretKey}`,
      "content-type": "application/x-www-form-urlencoded",
      "stripe-version": "2026-10-28.endive",
    },
    body: new URLSearchParams(form).toString(),
  });
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

/** A customer with a saved test card. */
export async function savedCard(
  at: { readonly url: string; readonly secretKey: string },
  card: string,
): Promise<string> {
  const customer = await post(at, "/customers", { "metadata[engine]": "kvitok-contract" });
  const method = await post(at, `/payment_methods/${card}/attach`, { customer: String(customer["id"]) });
  return `${String(customer["id"])}/${String(method["id"])}`;
}

/** Of the same owner, and no card of theirs. */
export function unknownCard(saved: string): string {
  return `${saved.split("/")[0]}/pm_1UnknownToTheContract00`;
}

export const UNKNOWN = {
  charge: "pi_3UnknownToTheContract0",
  binding: "cs_test_UnknownToTheContract0",
  refund: "re_3UnknownToTheContract0",
} as const;

/** The hands behind the Stripe face. */
function benchOf(bank: RunningBank, sink: NotificationSink): Bench {
  const records = new BankRecords(bank.control);
  const at = { url: bank.origin, secretKey: MERCHANT.secretKey };
  return {
    async arm({ operation, key }, { kind, ...more }) {
      const match = { operation: OPERATIONS[operation], chargeId: key };
      await records.control("POST", "/faults", { match, fault: { kind: FAULTS[kind], ...more } });
    },
    payer: (confirmationUrl, answer) => visit(confirmationUrl, answer, TYPED_CARD),
    async settle(objectId, how) {
      const status = how === "with-money" ? "succeeded" : "failed";
      await records.control("POST", `/stripe/payment_intents/${objectId}/settle`, { status });
    },
    async hold(intent) {
      const [customer = "", payment_method = ""] = (intent.methodToken ?? "").split("/");
      const held = await post(at, "/payment_intents", {
        amount: String(intent.amount.amountMinor),
        currency: intent.amount.currency.toLowerCase(),
        customer,
        payment_method,
        capture_method: "manual",
        "allowed_payment_method_types[]": "card",
        "metadata[payment_id]": intent.paymentId,
        off_session: "true",
        confirm: "true",
      });
      if (typeof held["id"] !== "string" || held["status"] !== "requires_capture")
        throw new Error(`not held: ${String(held["status"])}`);
      return held["id"];
    },
    async renew(methodToken, { month, year }) {
      const renewed = { last4: "1881", exp_month: month, exp_year: year };
      await records.control("POST", `/stripe/payment_methods/${methodToken.split("/")[1]}/renew`, renewed);
    },
    async unlink(methodToken) {
      await post(at, `/payment_methods/${methodToken.split("/")[1]}/detach`, {});
    },
    debits: (chargeId) => records.debits((debit) => debit.chargeId === chargeId),
    takenBy: (objectId) => records.debits((debit) => debit.objectId === objectId),
    returned: (objectId) => records.returned((entry) => entry.objectId === objectId),
    requests: (chargeId) => records.requests((entry) => entry.key === chargeId),
    aheadByMinutes: (minutes) => records.aheadByMinutes(minutes),
    notified: (objectId) => sink.about(objectId),
  };
}

async function open(): Promise<GatewayWorld> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "kvitok-contract-"));
  const sink = await NotificationSink.start();
  const stripe = { ...MERCHANT, webhookUrl: sink.url };
  const bank = await startBank({ ...SHOP, port: 0, dataDir, stripe });
  const at = { url: bank.origin, secretKey: MERCHANT.secretKey };
  const { webhookSecret, ...merchant } = MERCHANT;
  return {
    gateway: createStripe({
      ...merchant,
      url: bank.origin,
      livemode: false,
      webhookSecrets: [webhookSecret],
    }),
    livemode: false,
    currency: "EUR",
    savedMethod: () => savedCard(at, CARD_THAT_MAY_ASK),
    unknownMethod: unknownCard,
    unknown: UNKNOWN,
    walletToken: "tok_visa",
    bench: benchOf(bank, sink),
    async close() {
      await bank.close();
      await sink.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const { webhookSecret, ...settings } = MERCHANT;

export const stripeAtSandbox: Subject = {
  name: "Stripe × sandbox bank",
  can: createStripe({
    ...settings,
    url: "http://127.0.0.1:9",
    livemode: false,
    webhookSecrets: [webhookSecret],
  }).can,
  open,
};
