import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFile, readFile, readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import {
  Inbox,
  authorization,
  BankUnderTest,
  type DebitLine,
  card,
  freshDirectory,
  redirect,
  rub,
  send,
  shop,
  until,
} from "./bank-under-test.ts";
import { asPage, openPage, payByPage, submitForm } from "./page-visitor.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function directory(): Promise<string> {
  const made = await freshDirectory();
  closing.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

interface BankProcess {
  readonly child: ChildProcess;
  readonly url: string;
}

/** The bank as the launcher starts it: its own process, told by its environment, ready when it says so. */
async function startProcess(dataDir: string, notifyUrl = ""): Promise<BankProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", "processes/sandbox-bank.ts"], {
    env: {
      PATH: process.env.PATH,
      SANDBOX_BANK_PORT: "0",
      SANDBOX_DATA_DIR: dataDir,
      SANDBOX_BANK_SHOP_ID: shop.shopId,
      SANDBOX_BANK_SECRET_KEY: shop.secretKey,
      SANDBOX_BANK_NOTIFY_URL: notifyUrl,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  closing.push(() => kill(child, "SIGKILL"));
  let said = "";
  child.stdout?.on("data", (part: Buffer) => {
    said += part.toString();
  });
  const url = await until(() => /^ready (\S+)\n/.exec(said)?.[1]);
  return { child, url };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  child.kill(signal);
  return gone;
}

const order = (chargeId: string): Record<string, unknown> => ({
  amount: rub("20.00"),
  capture: true,
  payment_method_data: { type: "bank_card", card: card("5555555555554444") },
  metadata: { charge_id: chargeId },
});

const post = (url: string, key: string, body: unknown) =>
  send(url, {
    method: "POST",
    headers: { ...authorization(), "Content-Type": "application/json", "Idempotence-Key": key },
    body: JSON.stringify(body),
  });

test("whatever was answered before a kill is there after it, and its key still protects", async () => {
  const dataDir = await directory();
  const first = await startProcess(dataDir);
  const answered = new Map<string, string>();
  const charges = Array.from({ length: 200 }, (_none, index) => `c-${index}`);
  const waiting = [...charges];
  const sender = async (): Promise<void> => {
    for (let charge = waiting.pop(); charge !== undefined; charge = waiting.pop()) {
      try {
        answered.set(charge, (await post(`${first.url}/payments`, charge, order(charge))).body.id);
      } catch (cause) {
        // Requests without an answer are the point: killed under way.
        expect(cause).toBeInstanceOf(Error);
      }
      if (answered.size === 20) first.child.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: 8 }, sender));
  expect(answered.size).toBeGreaterThanOrEqual(20);
  expect(answered.size).toBeLessThan(charges.length);

  const second = await startProcess(dataDir);
  for (const [charge, id] of answered) {
    const again = await post(`${second.url}/payments`, charge, order(charge));
    expect(again.body).toMatchObject({ id, status: "succeeded" });
  }
  await Promise.all(charges.map((charge) => post(`${second.url}/payments`, charge, order(charge))));
  const debits = (await send<DebitLine[]>(`${second.url.replace("/v3", "/control")}/debits`, {})).body;
  expect(debits).toHaveLength(charges.length);
  expect(new Set(debits.map((debit) => debit.chargeId))).toEqual(new Set(charges));
  expect(await kill(second.child, "SIGTERM")).toBe(0);
});

test("a payer in the middle of 3-D Secure goes on after the bank was killed", async () => {
  const dataDir = await directory();
  const first = await startProcess(dataDir);
  const { body } = await post(`${first.url}/payments`, "k", {
    amount: rub("20.00"),
    capture: true,
    confirmation: redirect,
  });
  const url = body.confirmation.confirmation_url;
  await submitForm(await openPage(url), { number: "5555555555554477", expiry: "12/39", csc: "737" });
  await kill(first.child, "SIGKILL");
  const second = await startProcess(dataDir);
  const moved = new URL(new URL(url).pathname, second.url).href;
  const challenge = await openPage(moved);
  expect(await submitForm(challenge, { action: "confirm", code: "123456" })).toEqual({
    away: redirect.return_url,
  });
  const after = await send(`${second.url}/payments/${body.id}`, { headers: authorization() });
  expect(after.body.status).toBe("succeeded");
});

test("a torn last line is cut off: it was never answered; everything before it stays", async () => {
  const dataDir = await directory();
  const path = join(dataDir, "bank", "journal.jsonl");
  const first = await BankUnderTest.start({ dataDir });
  const kept = await first.post("/payments", order("kept"), "kept");
  await first.bank.close();
  const good = await readFile(path, "utf8");
  const second = await BankUnderTest.start({ dataDir });
  await second.post("/payments", order("torn"), "torn");
  await second.bank.close();
  const whole = await readFile(path, "utf8");
  const lineOfDebit = whole.indexOf('"kind":"debit"', good.length);
  await truncate(path, Buffer.byteLength(whole.slice(0, lineOfDebit)));

  const third = await BankUnderTest.start({ dataDir });
  closing.push(() => third.bank.close());
  expect((await third.get(`/payments/${kept.body.id}`)).body).toEqual(kept.body);
  expect((await third.debits()).map((debit) => debit.chargeId)).toEqual(["kept"]);
  await third.post("/payments", order("torn"), "torn");
  expect((await third.debits()).map((debit) => debit.chargeId)).toEqual(["kept", "torn"]);
});

test("a journal that is broken in the middle stops the start instead of losing money", async () => {
  const dataDir = await directory();
  const bank = await BankUnderTest.start({ dataDir });
  await bank.post("/payments", order("any"));
  await bank.bank.close();
  await appendFile(join(dataDir, "bank", "journal.jsonl"), "not json\n");
  await expect(BankUnderTest.start({ dataDir })).rejects.toThrow("JSON");
});

test("clock, armed faults and undelivered notifications outlive a restart", async () => {
  const dataDir = await directory();
  let status = 503;
  const inbox = await Inbox.open(() => status);
  closing.push(() => inbox.close());
  const first = await BankUnderTest.start({ dataDir, notifyUrl: inbox.url });
  await first.aheadBy(86_400_000);
  await first.arm({ kind: "429" }, { match: { operation: "me" } });
  const { body } = await first.post("/payments", order("told later"));
  await until(() => inbox.received[0]);
  await first.bank.close();
  status = 200;

  const second = await BankUnderTest.start({ dataDir, notifyUrl: inbox.url });
  closing.push(() => second.bank.close());
  const clock = (await second.control("GET", "/clock")).body;
  expect(Math.abs(clock.offsetMs - 86_400_000)).toBeLessThan(1000);
  expect((await second.get("/me")).status).toBe(429);
  const again = await until(() => inbox.received[1]);
  expect(again).toMatchObject({ event: "payment.succeeded", object: { id: body.id } });
  await until(async () => ((await second.undelivered()).length === 0 ? true : undefined));
});

test("a card's number and code are nowhere on the disk, and nothing there lets them be guessed", async () => {
  const dataDir = await directory();
  const bank = await BankUnderTest.start({ dataDir });
  closing.push(() => bank.bank.close());
  const secrets = { number: "5555555555554477", expiry_month: "11", expiry_year: "2041", csc: "9182" };
  const inBody = { type: "bank_card", card: secrets };
  const order = { amount: rub("1.00"), capture: true, confirmation: redirect };
  const paid = await bank.post("/payments", {
    ...order,
    payment_method_data: inBody,
    save_payment_method: true,
  });
  await payByPage(paid.body.confirmation.confirmation_url);
  await bank.post("/payments", { ...order, payment_method_data: inBody, amount: "broken" });
  await bank.post("/payment_methods", { ...inBody, confirmation: redirect });
  const typed = await bank.post("/payments", order);
  const page = await openPage(typed.body.confirmation.confirmation_url);
  const wrong = asPage(
    await submitForm(page, { number: "5555 5555 5555 4478", expiry: "11/41", csc: "9182" }),
  );
  expect(wrong.html).not.toContain('"9182"');
  await submitForm(page, { number: "5555 5555 5555 4477", expiry: "11/41", csc: "9182" });

  const files = await readdir(join(dataDir, "bank"));
  expect(files).toEqual(["journal.jsonl"]);
  const stored = await readFile(join(dataDir, "bank", "journal.jsonl"), "utf8");
  for (const secret of ["5555555555554477", "5555 5555 5555 4477", "555555555555", '"9182"', "=9182"]) {
    expect(stored.includes(secret), `${secret} is on the disk`).toBe(false);
  }
  // A plain hash of a body with a card number can be reversed by trying all numbers.
  const sent = JSON.stringify({ ...inBody, confirmation: redirect });
  expect(stored).not.toContain(createHash("sha256").update(sent).digest("hex"));
  expect(stored).toContain('"last4":"4477"');
});
