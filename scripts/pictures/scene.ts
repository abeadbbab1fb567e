import { randomInt } from "node:crypto";
import { type Client, createClient, type Mandate } from "../../api/client.ts";
import { type DemoBoard, personOf } from "../demo/board.ts";
import { within } from "../demo/failure.ts";
import { armDecline, isNoticeOf, listMails, pushBill } from "../demo/outside.ts";
import { playStory } from "../demo/story.ts";

/** Whose page is shown: somebody who reads English, as the README does. */
export const sitter = "clara";

/** What the pictures are taken of. */
export interface Scene {
  readonly paymentId: string;
  readonly noticeMailId: string;
  /** An autopay with a debit ahead. */
  readonly mandateId: string;
}

/** Plays the story and leaves bills in different states on the front page. */
export async function setScene(board: DemoBoard): Promise<Scene> {
  const person = personOf(board, sitter);
  const client = createClient({ baseUrl: board.api, token: person.token, locale: "en" });
  const story = await playStory(board, (step) => console.log(step), sitter);
  const dueOn = new Date(Date.now() + 18 * 86_400_000).toISOString().slice(0, 10);
  const bill = (account: string, amountMinor: number, purpose: string) => ({
    account,
    period: new Date().toISOString().slice(0, 7),
    version: 1,
    amount: { amountMinor, currency: "RUB" },
    dueOn,
    purpose,
  });
  const own = (): string => `79${String(randomInt(10 ** 8)).padStart(8, "0")}`;

  const school = own();
  await client.connectAccount({ billerId: "school-1507", account: school });
  await pushBill(board, "school-1507", bill(school, 245_000, "Питание в школе"));

  const phone = `7495${String(randomInt(10 ** 7)).padStart(7, "0")}`;
  const { id: mandateId } = await makeMandates(client, phone);
  const planned = await pushBill(board, "mgts", bill(phone, 69_900, "Абонентская плата"));

  // The bank asks for the payer, who lets the picture be taken first.
  const declinedMinor = randomInt(600_001, 700_000);
  await armDecline(board, declinedMinor, "3d_secure_failed");
  const declined = await pushBill(board, "gorod-zhkh", bill(story.account, declinedMinor, "Квартплата"));
  await within(60, "the scene is set", async () => {
    const states = await Promise.all(
      [planned, declined].map(async (id) => (await client.getBill(id)).payment?.state),
    );
    return states[0] === "scheduled" && states[1] === "needs-payer" ? true : undefined;
  });

  const second = story.bills[1];
  if (second === undefined) throw new Error("the story has a second bill");
  const mails = await listMails(board, person.email);
  const notice = mails.find((mail) => isNoticeOf(mail, second.paymentId));
  if (notice === undefined) throw new Error("the notice of the second bill is in the mailbox");
  return { paymentId: second.paymentId, noticeMailId: notice.id, mandateId };
}

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;

/** Autopay of each kind: by bills, which is answered, by a day of the month, by a balance. */
async function makeMandates(client: Client, phone: string): Promise<Mandate> {
  const [method] = (await client.listMethods()).items.filter(({ state }) => state === "active");
  const terms = {
    methods: method === undefined ? [] : [method.id],
    limitPerPayment: rub(200_000),
    limitPerPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    consent: { text: "For a picture of the sandbox.", locale: "en", version: "picture" },
  } as const;
  await client.createMandate({
    ...terms,
    billerId: "fund-01",
    account: "001",
    trigger: {
      kind: "on-schedule",
      schedule: { kind: "monthly", day: 10 },
      pays: rub(50_000),
      nonWorkingDay: { rule: "next", country: "RU" },
    },
  });
  await client.createMandate({
    ...terms,
    billerId: "city-transport",
    account: String(randomInt(10 ** 9, 10 ** 10)),
    trigger: {
      kind: "on-balance",
      below: rub(10_000),
      topUp: rub(30_000),
      perDay: rub(60_000),
      coolDownMinutes: 1_440,
    },
  });
  return client.createMandate({ ...terms, billerId: "mgts", account: phone });
}
