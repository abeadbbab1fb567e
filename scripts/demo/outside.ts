import { z } from "zod";
import type { DemoBoard } from "./board.ts";
import { DemoFailure } from "./failure.ts";

const answerWithinMs = 15_000;

const debitShape = z.object({
  id: z.string(),
  status: z.string(),
  amount: z.object({ value: z.string(), currency: z.string() }),
  created_at: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
  cancellation_details: z.object({ reason: z.string() }).optional(),
});

/** A payment as the bank itself tells it. */
export type BankPayment = z.infer<typeof debitShape>;

const bankPageShape = z.object({ items: z.array(debitShape), next_cursor: z.string().optional() });

/** Every payment that the bank knows, all pages of its list. */
export async function listBankPayments({ bank }: DemoBoard): Promise<readonly BankPayment[]> {
  const basic = Buffer.from(`${bank.shopId}:${bank.secretKey}`).toString("base64");
  const found: BankPayment[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const url = new URL(`${bank.url}/payments`);
    url.searchParams.set("limit", "100");
    if (cursor !== "") url.searchParams.set("cursor", cursor);
    const page = bankPageShape.parse(await ask(url, { headers: { authorization: `Basic ${basic}` } }));
    found.push(...page.items);
    cursor = page.next_cursor;
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
