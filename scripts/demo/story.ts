import { randomInt } from "node:crypto";
import { type Client, createClient, type Payment } from "../../api/client.ts";
import { type DemoBoard, personOf } from "./board.ts";
import { DemoFailure, within } from "./failure.ts";
import {
  armDecline,
  type BankPayment,
  isNoticeOf,
  linkIn,
  listBankPayments,
  listIntents,
  listMails,
  type Mail,
  pushBill,
} from "./outside.ts";
import { Resident } from "./resident.ts";

const houseBiller = "gorod-zhkh";
/** Its bills are paid through Stripe, as its row says. */
const schoolBiller = "globus";
const paidWithinSeconds = 60;
const mailWithinSeconds = 60;

/** Tells one step of the story with the address where it can be seen. */
export type Narrate = (step: string, link?: string) => void;

/** One bill of the story and what must have become of it. */
export interface StoryBill {
  readonly number: 1 | 2 | 3;
  readonly billId: string;
  readonly paymentId: string;
  readonly amountMinor: number;
}

/** What the story left behind, to be judged. */
export interface StoryEnd {
  readonly bills: readonly StoryBill[];
  /** The account that the story's mandate pays for. */
  readonly account: string;
  readonly email: string;
  readonly resident: Resident;
  /** Ids of the payments that the bank knew before the story began. */
  readonly paidBefore: ReadonlySet<string>;
}

interface Stage {
  readonly board: DemoBoard;
  readonly client: Client;
  readonly resident: Resident;
  readonly email: string;
  readonly billerId: string;
  readonly account: string;
  readonly narrate: Narrate;
  /** Today on the city's clock, which may run ahead of ours. */
  readonly today: Date;
}

/** Plays the whole story for one resident; every run has its own account and card, so that it can be played again and again. */
export async function playStory(board: DemoBoard, narrate: Narrate, login = "anna"): Promise<StoryEnd> {
  const person = personOf(board, login);
  const paidBefore = new Set((await allBankPayments(board)).map(({ id }) => id));
  const resident = new Resident(board);
  await resident.signIn(person.login);
  narrate(`${person.name} is signed in`, board.page);
  const cardId = await resident.bindCard("yookassa", houseBiller);
  narrate("card *4477 is bound on the bank's page, 3-D Secure passed", `${board.page}/methods`);
  const account = `77${String(randomInt(10 ** 8)).padStart(8, "0")}`;
  const mandateId = await resident.setMandate(houseBiller, account, cardId);
  narrate(`mandate ${mandateId} is set for account ${account}`, `${board.page}/mandates/${mandateId}`);
  const stage: Stage = {
    board,
    client: createClient({ baseUrl: board.api, token: person.token, locale: "en" }),
    resident,
    email: person.email,
    billerId: houseBiller,
    account,
    narrate,
    today: await cityToday(board),
  };
  const first = await playFirstBill(stage);
  const second = await playSecondBill(stage);
  const third = await playSchoolBill(stage);
  return { bills: [first, second, third], account, email: person.email, resident, paidBefore };
}

/** Every payment that the bank knows, at both of its faces. */
export async function allBankPayments(board: DemoBoard): Promise<readonly BankPayment[]> {
  const [payments, intents] = await Promise.all([listBankPayments(board), listIntents(board)]);
  return [...payments, ...intents];
}

async function cityToday(board: DemoBoard): Promise<Date> {
  const operator = createClient({ baseUrl: board.api, token: personOf(board, "olga").token });
  return new Date((await operator.moveClock({})).businessNow);
}

/** Bill 1: notice, then a debit without the payer. */
async function playFirstBill(stage: Stage): Promise<StoryBill> {
  const bill = await arrive(stage, 1, randomInt(300_001, 600_000));
  const notice = await awaitNotice(stage, bill);
  stage.narrate(`bill 1 announced: “${notice.subject}”`, mailLink(stage, notice));
  await awaitPaid(stage, bill);
  stage.narrate(
    `bill 1 paid without the payer: ${roubles(bill.amountMinor)}, payment ${bill.paymentId}`,
    workflowLink(stage, bill),
  );
  await tellReceipt(stage, bill);
  return bill;
}

/** Bill 2: the bank declines and asks for the payer, who confirms by our link. */
async function playSecondBill(stage: Stage): Promise<StoryBill> {
  const amountMinor = randomInt(100_001, 300_000);
  await armDecline(stage.board, amountMinor, "3d_secure_failed");
  const bill = await arrive(stage, 2, amountMinor);
  const path = `/payments/${bill.paymentId}/confirm`;
  const mail = await awaitMail(stage, "the mail that bill 2 needs its payer", path);
  stage.narrate(
    `bill 2 declined by the bank (3d_secure_failed), the payer is asked: “${mail.subject}”`,
    mailLink(stage, mail),
  );
  const link = linkIn(mail, path);
  if (link === undefined) throw new DemoFailure(`the mail “${mail.subject}” has no link to ${path}`);
  const back = await stage.resident.confirm(link, bill.paymentId);
  stage.narrate("bill 2 confirmed on our page and on the bank's, the payer is back", back.url.href);
  await within(paidWithinSeconds, "the page says that bill 2 is paid", async () => {
    const page = await stage.resident.open(`/payments/${bill.paymentId}`);
    return page.html.includes('data-state="paid"') ? true : undefined;
  });
  stage.narrate(
    `bill 2 paid with the payer: ${roubles(bill.amountMinor)}, payment ${bill.paymentId}`,
    workflowLink(stage, bill),
  );
  await tellReceipt(stage, bill);
  return bill;
}

/** Bill 3: another biller, another gateway, the same resident: a card of its own there, and a debit without the payer. */
async function playSchoolBill(before: Stage): Promise<StoryBill> {
  const { board, resident, narrate } = before;
  const cardId = await resident.bindCard("stripe", schoolBiller);
  narrate("a second card is bound on Stripe's page, 3-D Secure passed", `${board.page}/methods`);
  const stage = { ...before, billerId: schoolBiller };
  const mandateId = await resident.setMandate(schoolBiller, stage.account, cardId);
  narrate(`mandate ${mandateId} is set for the school`, `${board.page}/mandates/${mandateId}`);
  const bill = await arrive(stage, 3, randomInt(600_001, 900_000));
  const notice = await awaitNotice(stage, bill);
  narrate(`bill 3 announced: “${notice.subject}”`, mailLink(stage, notice));
  await awaitPaid(stage, bill);
  narrate(
    `bill 3 paid through Stripe without the payer: ${roubles(bill.amountMinor)}, payment ${bill.paymentId}`,
    workflowLink(stage, bill),
  );
  await tellReceipt(stage, bill);
  return bill;
}

async function arrive(stage: Stage, number: StoryBill["number"], amountMinor: number): Promise<StoryBill> {
  const { board, client, billerId, account, today } = stage;
  const period = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - number, 1));
  const billId = await pushBill(board, billerId, {
    account,
    period: period.toISOString().slice(0, 7),
    version: 1,
    amount: { amountMinor, currency: "RUB" },
    dueOn: new Date(today.getTime() + 20 * 86_400_000).toISOString().slice(0, 10),
    purpose: `${billerId === houseBiller ? "Квартплата" : "Обучение"}, лицевой счёт ${account}`,
  });
  stage.narrate(`bill ${number} arrived: ${roubles(amountMinor)}`, `${board.page}/bills/${billId}`);
  const paymentId = await within(mailWithinSeconds, `bill ${number} is planned by the mandate`, async () => {
    return (await client.getBill(billId)).payment?.id;
  });
  return { number, billId, paymentId, amountMinor };
}

function awaitMail({ board, email }: Stage, what: string, path: string): Promise<Mail> {
  return within(mailWithinSeconds, what, async () => {
    const mails = await listMails(board, email);
    return mails.find((mail) => linkIn(mail, path) !== undefined);
  });
}

function awaitNotice({ board, email }: Stage, bill: StoryBill): Promise<Mail> {
  return within(mailWithinSeconds, `the notice of bill ${bill.number}`, async () => {
    const mails = await listMails(board, email);
    return mails.find((mail) => isNoticeOf(mail, bill.paymentId));
  });
}

function awaitPaid({ client }: Stage, bill: StoryBill): Promise<Payment> {
  return within(paidWithinSeconds, `bill ${bill.number} is paid`, async () => {
    const payment = await client.getPayment(bill.paymentId);
    if (payment.state === "closed" || payment.state === "needs-payer" || payment.state === "returning") {
      const why = payment.outcome ?? payment.need ?? "";
      throw new DemoFailure(`bill ${bill.number} was not paid: the payment is ${payment.state} (${why})`);
    }
    return payment.state === "paid" ? payment : undefined;
  });
}

async function tellReceipt(stage: Stage, bill: StoryBill): Promise<void> {
  const path = `/payments/${bill.paymentId}/receipt`;
  const mail = await awaitMail(stage, `the mail that bill ${bill.number} is paid`, path);
  stage.narrate(`bill ${bill.number} told: “${mail.subject}”`, mailLink(stage, mail));
  stage.narrate(`bill ${bill.number} has its receipt`, `${stage.board.page}${path}`);
}

function mailLink({ board }: Stage, mail: Mail): string {
  return `${board.mailbox.http}/m/${mail.id}`;
}

function workflowLink({ board }: Stage, bill: StoryBill): string {
  return `${board.temporalUi}/namespaces/kvitok/workflows/${encodeURIComponent(`payment/${bill.paymentId}`)}`;
}

/** `5 123.45 RUB`. */
export function roubles(amountMinor: number): string {
  return `${Math.floor(amountMinor / 100)}.${String(amountMinor % 100).padStart(2, "0")} RUB`;
}
