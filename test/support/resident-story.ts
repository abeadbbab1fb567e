import { randomInt } from "node:crypto";
import { ApiProblem, createClient } from "../../api/client.ts";
import type { boardOf } from "../../processes/dev/board.ts";
import { firstVisit } from "../../scripts/demo/first-visit.ts";
import { payByPage } from "../sandbox/bank/page-visitor.ts";
import { until } from "./until.ts";

/** The board of a running stack. */
export type StackBoard = ReturnType<typeof boardOf>;
type Client = ReturnType<typeof createClient>;

/** A resident with a bound card and a mandate for an account of their own, made through the API and the bank's pages. */
export type Story = {
  readonly api: Client;
  readonly billerId: string;
  readonly account: string;
  readonly methodId: string;
  readonly mandateId: string;
};

/**
 * Binds a card on the bank's page and sets a mandate with the sandbox's short notice.
 *
 * @param login whose; two declined debits a day are a card's budget, so stories with declines need several people
 */
export async function beginStory(
  board: StackBoard,
  login = "anna",
  terms: Partial<Parameters<Client["createMandate"]>[0]> = {},
): Promise<Story> {
  const token = board.users.find((user) => user.login === login)?.token;
  const billerId = board.billers[0]?.id;
  if (token === undefined || billerId === undefined) throw new Error("the board names no resident or biller");
  const api = createClient({ baseUrl: board.api, token });
  await firstVisit(api);
  const binding = await api.startBinding();
  if (binding.confirmationUrl === null) throw new Error("the binding has no address at the bank");
  await payByPage(binding.confirmationUrl);
  const method = await api.refreshMethod(binding.id);
  if (method.state !== "active") throw new Error(`the card is ${method.state}`);
  const account = String(randomInt(1e9, 1e10));
  const mandate = await api.createMandate({
    billerId,
    account,
    methods: [method.id],
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    noticePack: "demo",
    consent: {
      text: "I agree that bills of this account are paid from this card.",
      locale: "en",
      version: "1",
    },
    ...terms,
  });
  return { api, billerId, account, methodId: method.id, mandateId: mandate.id };
}

/** Lets the biller push one bill; answers its id. */
export async function pushBill(
  board: StackBoard,
  story: Pick<Story, "billerId" | "account">,
  bill: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const response = await fetch(`${board.city}/billers/${story.billerId}/push`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      account: story.account,
      period: `${2000 + randomInt(90)}-${String(randomInt(1, 13)).padStart(2, "0")}`,
      version: 1,
      amount: { amountMinor: 512_345, currency: "RUB" },
      dueOn: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10),
      purpose: "Services of the month",
      status: "issued",
      ...bill,
    }),
  });
  const answer = (await response.json()) as {
    pushes?: readonly { answer?: { results?: readonly { billId?: string }[] } }[];
  };
  const billId = answer.pushes?.[0]?.answer?.results?.[0]?.billId;
  if (billId === undefined) throw new Error(`the bill was not taken: ${JSON.stringify(answer)}`);
  return billId;
}

/** Makes the bank decline the next charge, or break in another way (sandbox/bank, control). */
export async function armFault(
  board: StackBoard,
  fault: Readonly<Record<string, unknown>>,
  match: Readonly<Record<string, unknown>> = { operation: "create_payment" },
): Promise<void> {
  const response = await fetch(`${board.bank.control}/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ match, times: 1, fault }),
  });
  if (!response.ok) throw new Error(`the bank takes no such fault: ${await response.text()}`);
}

/** The newest payment of a bill, once it is in one of these states. */
export async function untilPayment(
  story: Story,
  billId: string,
  states: readonly string[],
  withinSeconds = 60,
) {
  let found: Awaited<ReturnType<Client["getPayment"]>> | undefined;
  await until(async () => {
    found = await whenUp(async () => {
      const { payment } = await story.api.getBill(billId);
      return payment === null ? undefined : story.api.getPayment(payment.id);
    });
    return found !== undefined && states.includes(found.state);
  }, withinSeconds);
  if (!found) throw new Error("there is no payment");
  return found;
}

/** Debits at the bank for the charges of one payment: the bank's own word. */
export async function debitsOf(
  board: StackBoard,
  paymentId: string,
): Promise<readonly { amountMinor: number }[]> {
  const response = await fetch(`${board.bank.control}/debits`);
  const answer = (await response.json()) as readonly Debit[] | { readonly debits: readonly Debit[] };
  const list = "debits" in answer ? answer.debits : answer;
  return list.filter((debit) => (debit.charge_id ?? debit.chargeId ?? "").startsWith(`${paymentId}-`));
}

type Debit = { readonly amountMinor: number; readonly charge_id?: string; readonly chargeId?: string };

/** Asks a server that may be starting again; undefined while it cannot be reached. Real answers, also refusals, are passed on. */
export async function whenUp<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiProblem && error.status < 500) throw error;
    return undefined;
  }
}
