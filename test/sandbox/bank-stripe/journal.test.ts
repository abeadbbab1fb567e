import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stripe } from "stripe";
import { afterEach, expect, test } from "vitest";
import { until } from "../bank/bank-under-test.ts";
import { openPage, submitForm } from "../bank/page-visitor.ts";
import { FaceUnderTest, merchant, returnUrl } from "./face-under-test.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test("no card number reaches the disk, whether typed on the page or sent to the API", async () => {
  const face = await FaceUnderTest.start();
  closing.push(() => face.close());
  const session = await face.stripe.checkout.sessions.create({
    mode: "setup",
    success_url: returnUrl,
    allowed_payment_method_types: ["card"],
  });
  await submitForm(await openPage(session.url ?? ""), {
    number: "4242 4242 4242 4242",
    expiry: "12/39",
    csc: "123",
  });
  await face.stripe.paymentMethods.create({
    type: "card",
    card: { number: "5555555555554444", exp_month: 12, exp_year: 2039, cvc: "123" },
  });
  const written = await readFile(join(face.dataDir, "bank", "journal.jsonl"), "utf8");
  expect(written).not.toMatch(/4242 ?4242 ?4242|5555555555554444/);
  expect(written).toContain('"last4":"4444"');
});

test("a page that ends at its hour is expired with its setup", async () => {
  const face = await FaceUnderTest.start();
  closing.push(() => face.close());
  const session = await face.stripe.checkout.sessions.create({
    mode: "setup",
    success_url: returnUrl,
    allowed_payment_method_types: ["card"],
  });
  await face.aheadBy(24 * 3_600_000 + 1000);
  expect((await openPage(session.url ?? "", "ru")).html).toContain("Такой страницы нет");
  const after = await face.stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
  expect(after).toMatchObject({ status: "expired", url: null, setup_intent: { status: "canceled" } });
  const types = (await face.stripe.events.list()).data.map(({ type }) => type);
  expect(types).toContain("checkout.session.expired");
});

interface BankProcess {
  readonly child: ChildProcess;
  readonly stripe: Stripe;
  readonly origin: string;
}

/** The bank as the launcher starts it, with the Stripe face told by its environment. */
async function startProcess(dataDir: string): Promise<BankProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", "processes/sandbox-bank.ts"], {
    env: {
      PATH: process.env.PATH,
      SANDBOX_BANK_PORT: "0",
      SANDBOX_DATA_DIR: dataDir,
      SANDBOX_BANK_SHOP_ID: "100500",
      SANDBOX_BANK_SECRET_KEY: "test_secret",
      SANDBOX_BANK_STRIPE_SECRET_KEY: merchant.secretKey,
      SANDBOX_BANK_STRIPE_ACCOUNT: merchant.account,
      SANDBOX_BANK_STRIPE_WEBHOOK_SECRET: merchant.webhookSecret,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  closing.push(() => kill(child));
  let said = "";
  child.stdout?.on("data", (part: Buffer) => {
    said += part.toString();
  });
  const { hostname, port, origin } = new URL(await until(() => /^ready (\S+)\n/.exec(said)?.[1]));
  const stripe = new Stripe(merchant.secretKey, {
    host: hostname,
    port: Number(port),
    protocol: "http",
    maxNetworkRetries: 0,
  });
  return { child, stripe, origin };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

test("a killed bank knows after its restart what it answered before: charges, keys, pages", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "kvitok-stripe-kill-"));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const first = await startProcess(dataDir);
  const { stripe } = first;
  const { id: customer } = await stripe.customers.create();
  const { id: method } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
  const create = {
    amount: 5_000,
    currency: "eur",
    customer,
    allowed_payment_method_types: ["card" as const],
  };
  const { id: paid } = await stripe.paymentIntents.create(create);
  const confirm = { payment_method: method, off_session: true };
  const done = await stripe.paymentIntents.confirm(paid, confirm, { idempotencyKey: "before-the-kill" });
  const { id: asked } = await stripe.paymentIntents.create(create);
  const challenge = await stripe.paymentIntents.confirm(asked, {
    payment_method: (await stripe.paymentMethods.attach("pm_card_authenticationRequired", { customer })).id,
    return_url: returnUrl,
  });
  await kill(first.child);
  const second = await startProcess(dataDir);
  const replay = await second.stripe.paymentIntents.confirm(paid, confirm, {
    idempotencyKey: "before-the-kill",
  });
  expect(JSON.stringify(replay)).toBe(JSON.stringify(done));
  expect(replay.lastResponse.headers["idempotent-replayed"]).toBe("true");
  const { pathname } = new URL(challenge.next_action?.redirect_to_url?.url ?? "");
  await submitForm(await openPage(second.origin + pathname), { action: "confirm" });
  expect((await second.stripe.paymentIntents.retrieve(asked)).status).toBe("succeeded");
  const debits: unknown = await (await fetch(`${second.origin}/control/debits`)).json();
  expect(debits).toMatchObject([{ objectId: paid, face: "stripe" }, { objectId: asked }]);
});
