import { z } from "zod";
import type { DemoBoard } from "./board.ts";
import { DemoFailure } from "./failure.ts";

const answerWithinMs = 15_000;

const debitShape = z.object({
  id: z.string(),
  status: z.string(),
  amount: z.object({ value: z.string(), currency: z.string() }),
  metadata: z.record(z.string(), z.string()).default({}),
});

/** A payment as the bank itself tells it, at either of its faces. */
export type BankPayment = {
  readonly id: string;
  readonly status: string;
  readonly amountMinor: number;
  readonly metadata: Readonly<Record<string, string>>;
};

const bankPageShape = z.object({ items: z.array(debitShape), next_cursor: z.string().optional() });

function minorOf(value: string): number {
  const [major = "0", minor = "00"] = value.split(".");
  return Number(major) * 100 + Number(minor.padEnd(2, "0"));
}

/** Every payment that the bank's YooKassa face knows, all pages of its list. */
export async function listBankPayments({ bank }: DemoBoard): Promise<readonly BankPayment[]> {
  const basic = Buffer.from(`${bank.shopId}:${bank.secretKey}`).toString("base64");
  const found: BankPayment[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const url = new URL(`${bank.url}/payments`);
    url.searchParams.set("limit", "100");
    if (cursor !== "") url.searchParams.set("cursor", cursor);
    const page = bankPageShape.parse(await ask(url, { headers: { authorization: `Basic ${basic}` } }));
    found.push(
      ...page.items.map(({ id, status, amount, metadata }) => ({
        id,
        status,
        amountMinor: minorOf(amount.value),
        metadata,
      })),
    );
    cursor = page.next_cursor;
  }
  return found;
}

const intentsShape = z.object({
  has_more: z.boolean(),
  data: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      amount: z.int(),
      currency: z.string(),
      metadata: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/** Every intent that the bank's Stripe face knows, all pages of its list, told like a payment. */
export async function listIntents({ bank }: DemoBoard): Promise<readonly BankPayment[]> {
  const found: BankPayment[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const url = new URL("/v1/payment_intents", bank.stripe.url);
    url.searchParams.set("limit", "100");
    if (after !== "") url.searchParams.set("starting_after", after);
    const headers = { authorization: `Bearer ${bank.stripe.secretKey}` };
    const page = intentsShape.parse(await ask(url, { headers }));
    found.push(
      ...page.data.map(({ id, status, amount, metadata }) => ({ id, status, amountMinor: amount, metadata })),
    );
    after = page.has_more ? page.data.at(-1)?.id : undefined;
  }
  return found;
}

/** Makes the bank decline the next charge of exactly this amount, so that no other payment meets the fault. */
export async function armDecline({ bank }: DemoBoard, amountMinor: number, reason: string): Promise<void> {
  await ask(new URL(`${bank.control}/faults`), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      match: { operation: "create_payment", amountMinor },
      fault: { kind: "decline", reason },
    }),
  });
}

const mailShape = z.object({
  id: z.string(),
  messageId: z.string().nullable(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
});

/** A mail as the mailbox received it. */
export type Mail = z.infer<typeof mailShape>;

/** All mails to an address. */
export async function listMails({ mailbox }: DemoBoard, to: string): Promise<readonly Mail[]> {
  const url = new URL(`${mailbox.http}/messages`);
  url.searchParams.set("to", to);
  return z.array(mailShape).parse(await ask(url));
}

/** The address in a mail that leads to a path of our page, if there is one. */
export function linkIn(mail: Mail, path: string): string | undefined {
  return mail.text.match(/https?:\/\/[^\s<>"]+/g)?.find((link) => new URL(link).pathname === path);
}

/** A notice leads to its payment, and to what can be done about it by its own single-use links. */
export function isNoticeOf(mail: Mail, paymentId: string): boolean {
  return linkIn(mail, `/payments/${paymentId}`) !== undefined && /\/link\/[^/\s]+/.test(mail.text);
}

const pushShape = z.object({
  pushes: z.array(
    z.object({ status: z.number().nullable(), answer: z.unknown(), problem: z.string().nullable() }),
  ),
});
const resultShape = z.object({
  results: z.array(z.object({ billId: z.string().nullable(), result: z.string() })),
});

/** Lets a biller of the city push one bill to the engine; answers the bill's id. */
export async function pushBill({ city }: DemoBoard, billerId: string, bill: object): Promise<string> {
  const answer = await ask(new URL(`${city}/billers/${billerId}/push`), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(bill),
  });
  const [push] = pushShape.parse(answer).pushes;
  const results = resultShape.safeParse(push?.answer);
  const billId = results.success ? results.data.results[0]?.billId : undefined;
  if (push?.status !== 200 || billId === undefined || billId === null) {
    throw new DemoFailure(`the engine did not take the bill: ${JSON.stringify(push)}`);
  }
  return billId;
}

async function ask(url: URL, request: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(answerWithinMs) });
  const text = await response.text();
  if (!response.ok)
    throw new DemoFailure(`${url.origin}${url.pathname} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
