import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import type { Database } from "../../../db/database.ts";
import type { Chance } from "../../../scripts/proofs/chance.ts";
import { ApiProblem } from "../../../api/client.ts";
import type { Caller, Try } from "./caller.ts";
import type { GeneratorOrder } from "./order.ts";
import { type ChaosPayer, LIMIT_MINOR } from "./payers.ts";

const DUE_IN_DAYS = 25;
const FIRST_YEAR = 2027;
const POISON_PERCENT = 2;
const POISONS = ["zero", "negative", "currency", "long-text", "duplicate-other-amount", "retracted"] as const;
type Poison = (typeof POISONS)[number] | "over-limit";

/** A bill as it is pushed, and what is wrong with it. */
export type PushedBill = {
  readonly payer: ChaosPayer;
  readonly period: string;
  readonly amountMinor: number;
  readonly poison?: Poison;
};

type Answered = {
  readonly results?: readonly { readonly billId: string | null; readonly problem?: unknown }[];
};

/** Writes bills for payers in turn, each payer's month after month, and pushes them as their billers do. */
export class Bills {
  readonly #caller: Caller;
  readonly #order: GeneratorOrder;
  readonly #db: Database;
  readonly #chance: Chance;
  readonly #months = new Map<string, number>();
  readonly #truth: (line: object) => void;
  #payees = new Map<string, unknown>();
  #dueOn = "";
  pushed = 0;

  constructor(parts: {
    readonly caller: Caller;
    readonly order: GeneratorOrder;
    readonly db: Database;
    readonly chance: Chance;
    readonly truth: (line: object) => void;
  }) {
    this.#caller = parts.caller;
    this.#order = parts.order;
    this.#db = parts.db;
    this.#chance = parts.chance;
    this.#truth = parts.truth;
  }

  /** The next bill of this payer; some are poison. */
  next(payer: ChaosPayer): PushedBill {
    const month = this.#months.get(payer.mandateId) ?? 0;
    this.#months.set(payer.mandateId, month + 1);
    const period = `${FIRST_YEAR + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
    const amountMinor = 100_000 + this.#chance.below(400_000);
    const isOver = payer.limits.perPaymentMinor !== "unlimited" && this.#chance.percent(20);
    if (isOver) return { payer, period, amountMinor: amountMinor + LIMIT_MINOR, poison: "over-limit" };
    if (!this.#chance.percent(POISON_PERCENT)) return { payer, period, amountMinor };
    return { payer, period, amountMinor, poison: this.#chance.pick(POISONS) };
  }

  /** Pushes a bill and, where the poison says so, what follows it. Answers our id of it. */
  async push(bill: PushedBill): Promise<string | undefined> {
    await this.#learnFacts(bill.payer.billerId);
    const { payer, period, amountMinor, poison } = bill;
    const { billerId, account } = payer;
    this.#truth({
      kind: "bill",
      billerId,
      account,
      number: period,
      amountMinor: amountOf(bill),
      currency: poison === "currency" ? "USD" : "RUB",
      dueOn: this.#dueOn,
      ...(poison === undefined ? {} : { poison }),
    });
    const billId = await this.#say(bill, { version: 1, amountMinor: amountOf(bill) });
    if (poison === "duplicate-other-amount")
      await this.#say(bill, { version: 1, amountMinor: amountMinor + 100 });
    if (poison === "retracted") {
      await pause(this.#chance.below(1_500));
      await this.#say(bill, { version: 2, amountMinor, status: "annulled" });
    }
    this.pushed += 1;
    return billId;
  }

  async #say(
    { payer, period, poison }: PushedBill,
    said: { readonly version: number; readonly amountMinor: number; readonly status?: string },
  ): Promise<string | undefined> {
    const { billerId, account } = payer;
    const content = {
      bills: [
        {
          account,
          period,
          version: said.version,
          amount: { amountMinor: said.amountMinor, currency: poison === "currency" ? "USD" : "RUB" },
          dueOn: this.#dueOn,
          purpose: poison === "long-text" ? "x".repeat(10_000) : "Services of the month",
          payee: this.#payees.get(billerId),
          status: said.status ?? "issued",
        },
      ],
    };
    const heard = await this.#caller.call<Answered>(
      { client: billerId, op: "push-bill", request: { account, period, ...said } },
      (attempt) => this.#signed(attempt, billerId, content),
    );
    return heard?.answer?.results?.[0]?.billId ?? undefined;
  }

  async #signed({ api, key, signal }: Try, billerId: string, content: object) {
    const secret = this.#order.billers.find(({ id }) => id === billerId)?.secret ?? "";
    const body = JSON.stringify(content);
    const at = new Date();
    const response = await fetch(`${api}/v1/billers/${billerId}/bills`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": new Webhook(secret).sign(key, at, body),
      },
      body,
      signal,
    });
    const answer = (await response.json()) as Answered & { readonly code?: string };
    if (!response.ok) throw new ApiProblem(response.status, answer as object, null);
    return { status: response.status, answer };
  }

  /** The city's day, and the payee on file; what was known last while nobody answers. */
  async #learnFacts(billerId: string): Promise<void> {
    try {
      const { rows } = await sql<{ payee: unknown; dueOn: string }>`
        select payee, (business_now()::date + ${DUE_IN_DAYS}::int)::text as "dueOn" from billers where id = ${billerId}`.execute(
        this.#db,
      );
      const [row] = rows;
      if (!row) throw new Error(`no biller ${billerId}`);
      this.#payees.set(billerId, row.payee);
      this.#dueOn = row.dueOn;
    } catch (error) {
      if (!this.#payees.has(billerId)) throw error;
    }
  }
}

function amountOf({ amountMinor, poison }: PushedBill): number {
  if (poison === "zero") return 0;
  return poison === "negative" ? -amountMinor : amountMinor;
}
