import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { receiveSourceBill } from "../../../db/queries/arrivals.ts";
import { readClock } from "../../../db/queries/clock.ts";
import { claimKey } from "../../../test/support/engine-core.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { sayAsBiller } from "../world/biller-voice.ts";
import type { Settled } from "./town.ts";
import type { Deed, Word } from "./year-plan.ts";

const FIRST_BALANCE_MINOR = 50_000;
const FINE_DISCOUNT = { kind: "percent", value: 25 } as const;

/** The sources of the city: billers that push, a registry that is read, numbers that are called from, and the bank's humour. */
export class Sources {
  readonly #world: WholeWorld;
  readonly #words = new Map<string, Word>();
  readonly #balances = new Map<string, number>();
  /** Every bill that was told of, by the name that the list gives it. */
  readonly told = new Set<string>();

  constructor(world: WholeWorld) {
    this.#world = world;
  }

  /** The newest word of a bill. */
  wordOf({ of }: Settled, bill: string): Word | undefined {
    return this.#words.get(`${of.name}/${bill}`);
  }

  /** A bill, or what has become of it. */
  async tell(settled: Settled, word: Word): Promise<void> {
    const { of } = settled;
    this.#words.set(`${of.name}/${word.bill}`, word);
    this.told.add([of.biller.id, ...(settled.subject === null ? [of.account] : []), word.bill].join("/"));
    if (settled.subject === null) await this.#push(settled, word);
    else await this.#readOut(settled, word);
  }

  /** Does a registry have bills that are still owed? Then it is read every day. */
  async hasOpen(): Promise<boolean> {
    const { rows } = await sql<{ open: boolean }>`
      select exists (select 1 from bills where source = 'gis-gmp' and state = 'owed') as open`.execute(
      this.#world.db,
    );
    return rows[0]?.open === true;
  }

  /** The registry is read again: what it says of the bills that are still owed holds. Answers how many there are. */
  async readAgain(settled: readonly Settled[]): Promise<number> {
    const { rows } = await sql<{ uin: string }>`
      select uin from bills where source = 'gis-gmp' and state = 'owed' order by uin`.execute(this.#world.db);
    for (const { uin } of rows) {
      const one = settled.find((each) => this.wordOf(each, uin) !== undefined);
      const word = one && this.wordOf(one, uin);
      if (one !== undefined && word !== undefined) await this.#readOut(one, word);
    }
    return rows.length;
  }

  /** Rides and calls; then the biller tells what is left, and which top-ups it has seen. */
  async spend({ of, mandateId }: Settled, minor: number): Promise<void> {
    const { rows } = await sql<{ payment: string; minor: number }>`
      select y.id as payment, y.paid_minor as minor from top_ups t join payments y on y.bill_id = t.bill_id
       where t.mandate_id = ${mandateId} and y.state = 'paid' and t.credited_at is null order by t.cycle`.execute(
      this.#world.db,
    );
    const come = rows.reduce((sum, row) => sum + row.minor, 0);
    const amountMinor = (this.#balances.get(of.name) ?? FIRST_BALANCE_MINOR) + come - minor;
    this.#balances.set(of.name, amountMinor);
    const at = new Date((await readClock(this.#world.db)).businessNow).toISOString();
    await this.#say(of.biller.id, "balances", {
      credited: rows.map(({ payment }) => ({ payment, at })),
      readings: [{ account: of.account, balance: { amountMinor, currency: "RUB" }, at }],
    });
  }

  async decline({ token }: Settled, { reason, times }: Deed & { readonly do: "decline" }): Promise<void> {
    await this.#world.bank.arm({
      match: { operation: "create_payment", paymentMethodId: token },
      times,
      fault: { kind: "decline", reason },
    });
  }

  async #push({ of }: Settled, word: Word): Promise<void> {
    const { biller, account } = of;
    const { bill, version, status, amountMinor, dueOn, issuedOn } = word;
    const payee = await this.#payeeOf(biller.id);
    const told = {
      account,
      period: bill,
      version,
      status,
      amount: { amountMinor, currency: "RUB" },
      dueOn,
      issuedOn,
      purpose: `Services of ${bill}`,
      payee,
    };
    const answer = await this.#say(biller.id, "bills", { bills: [told] });
    const [result] = (answer["results"] ?? []) as readonly { readonly billId: string | null }[];
    if (typeof result?.billId !== "string")
      throw new Error(`a bill was not taken: ${JSON.stringify(answer)}`);
  }

  async #readOut({ of, subject }: Settled, word: Word): Promise<void> {
    const payee = await this.#payeeOf(of.biller.id);
    const answer = await receiveSourceBill(
      this.#world.db,
      {
        source: "gis-gmp",
        biller: { id: of.biller.id, payeeInn: String(payee["inn"]), category: of.biller.category },
        uin: word.bill,
        account: null,
        period: null,
        kind: "charge",
        externalId: null,
        status: word.status,
        version: word.version,
        issuedOn: word.issuedOn,
        dueOn: word.dueOn,
        totalMinor: word.amountMinor,
        dueMinor: word.status === "paid" ? 0 : word.amountMinor,
        currency: "RUB",
        discount: of.biller.category.includes("fine") ? { ...FINE_DISCOUNT, until: word.dueOn } : null,
        purpose: `Charge ${word.bill}`,
        payee: {
          name: String(payee["name"]),
          inn: String(payee["inn"]),
          kpp: (payee["kpp"] as string | undefined) ?? null,
          bic: String(payee["bic"]),
          account: String(payee["account"]),
          correspondentAccount: (payee["correspondentAccount"] as string | undefined) ?? null,
          kbk: null,
          oktmo: null,
        },
        subjects: subject === null ? [] : [subject],
        acknowledgement: null,
        payments: [],
      },
      { claimKey, delivery: randomUUID() },
    );
    if (!("billId" in answer)) throw new Error(`the registry's bill was not taken: ${answer.unplaceable}`);
  }

  async #payeeOf(billerId: string): Promise<Readonly<Record<string, unknown>>> {
    const row = await this.#world.db
      .selectFrom("billers")
      .select("payee")
      .where("id", "=", billerId)
      .executeTakeFirstOrThrow();
    return row.payee as Record<string, unknown>;
  }

  /** A message as the biller signs it. */
  async #say(
    billerId: string,
    room: "bills" | "balances",
    content: object,
  ): Promise<Record<string, unknown>> {
    const [{ secret } = { secret: "" }] = this.#world.billers;
    const biller = { id: billerId, secret };
    const { ok, status, body } = await sayAsBiller<Record<string, unknown>>(this.#world.api, biller, {
      room,
      content,
    });
    if (!ok) throw new Error(`${billerId} was not heard: ${status} ${JSON.stringify(body)}`);
    return body;
  }
}
