import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Client } from "../../../api/client.ts";
import { visit } from "../../../test/contracts/gateway/payer-visit.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { Sources } from "./sources.ts";
import { clientOf, type Settled } from "./town.ts";
import { chanceOf } from "./town-plan.ts";
import type { Deed } from "./year-plan.ts";

/** A payment that waits for its payer. */
type Waiting = {
  readonly paymentId: string;
  readonly methodId: string;
  readonly bill: string;
  readonly period: string;
  readonly need: string;
  readonly amountMinor: number;
  readonly tries: number;
};

const PAGE_WITHIN_MS = 90_000;
const LOOK_AGAIN_MS = 100;
const TYPED_CARD = { number: "5555 5555 5555 4477", expiry: "12/39", csc: "737" };
/** What only the payer's bank can mend is asked there. */
const AT_THE_BANK = new Set(["confirm-again", "new-method", "contact-bank"]);
/** So much less a biller asks for while its payer stands on the bank's page. */
const LOWERED_BY_MINOR = 2_500;

/** The households in the evening: they answer, pay, pause and change their minds, over the API and the bank's pages. */
export class People {
  readonly #world: WholeWorld;
  readonly #sources: Sources;
  readonly #seed: number;
  readonly #answered = new Set<string>();
  readonly #byMethod: ReadonlyMap<string, Settled>;

  constructor(
    world: WholeWorld,
    of: { readonly seed: number; readonly sources: Sources; readonly settled: readonly Settled[] },
  ) {
    this.#world = world;
    this.#seed = of.seed;
    this.#sources = of.sources;
    this.#byMethod = new Map(of.settled.map((one) => [one.methodId, one]));
  }

  /** Payments that wait for somebody who has not heard of it yet, by their names. */
  async waiting(): Promise<readonly Waiting[]> {
    const { rows } = await sql<Waiting>`
      select y.id as "paymentId", coalesce(v.terms->'methods'->>0, y.method_id) as "methodId", coalesce(b.uin, b.account || '/' || b.period) as bill, b.period, y.need,
        y.amount_minor as "amountMinor", y.tries
      from payments y join bills b on b.id = y.bill_id left join mandate_versions v on v.mandate_id = y.mandate_id and v.version = y.mandate_version
       where y.state = 'needs-payer' order by b.biller_id, bill, y.created_at`.execute(this.#world.db);
    return rows.filter((one) => !this.#answered.has(nameOf(one)));
  }

  /** Answers each of them, or leaves it for good: what a household does depends on the seed and the bill alone. */
  async answer(one: Waiting): Promise<void> {
    this.#answered.add(nameOf(one));
    const settled = this.#byMethod.get(one.methodId);
    if (settled === undefined) throw new Error(`nobody owns the card of ${one.bill}`);
    const chance = chanceOf(this.#seed, `${settled.of.name}/${nameOf(one)}`);
    const roll = chance.below(100);
    const api = await this.#clientOf(settled);
    if (roll < 12) return;
    if (roll < 20) {
      await api.skipPayment(one.paymentId);
      return;
    }
    const amount = { amountMinor: one.amountMinor, currency: "RUB" } as const;
    if (roll >= 32 && !AT_THE_BANK.has(one.need)) {
      await api.confirmPayment(one.paymentId, { amount });
      return;
    }
    await api.confirmPayment(one.paymentId, { amount, methodId: null });
    const page = await bankPageOf(api, one.paymentId);
    if (page === null) return;
    // one of these sums falls while its payer is on the bank's page, and one leaves the page for good
    if (roll < 26) await this.#lower(settled, one);
    if (roll < 29 || roll >= 32) await confirmAt(page, { api, paymentId: one.paymentId });
  }

  async pay(settled: Settled, { bill, with: how }: Deed & { readonly do: "pay" }): Promise<void> {
    const { rows } = await sql<{ id: string; dueMinor: number }>`
      select b.id, bill_due(b) as "dueMinor" from bills b where b.biller_id = ${settled.of.biller.id} and b.account = ${settled.of.account}
        and b.period = ${bill} and b.state = 'owed'`.execute(this.#world.db);
    const [found] = rows;
    if (found === undefined) return;
    const api = await this.#clientOf(settled);
    const payment = await api.payBill({
      billId: found.id,
      methodId: how === "saved-card" ? settled.methodId : null,
      amount: { amountMinor: found.dueMinor, currency: "RUB" },
    });
    const page = how === "bank-page" ? await bankPageOf(api, payment.id) : null;
    if (page !== null) await confirmAt(page, { api, paymentId: payment.id });
  }

  async pause({ mandateId, ...settled }: Settled, until: string | null): Promise<void> {
    if (mandateId === null) return;
    const api = await this.#clientOf(settled);
    await api.pauseMandate(mandateId, until === null ? {} : { until });
  }

  async resume({ mandateId, ...settled }: Settled): Promise<void> {
    if (mandateId !== null) await (await this.#clientOf(settled)).resumeMandate(mandateId);
  }

  async cancel({ mandateId, ...settled }: Settled): Promise<void> {
    if (mandateId !== null) await (await this.#clientOf(settled)).cancelMandate(mandateId);
  }

  /** Not above the usual sum by more than a twentieth. */
  async lowerLimit({ mandateId, ...settled }: Settled): Promise<void> {
    if (mandateId === null) return;
    const amountMinor = Math.round(settled.of.usualMinor * 1.05);
    const api = await this.#clientOf(settled);
    await api.editMandate(mandateId, { limitPerPayment: { amountMinor, currency: "RUB" } });
  }

  /** What this mandate has planned is skipped. */
  async skip({ mandateId, ...settled }: Settled): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select id from payments where mandate_id = ${mandateId} and state = 'scheduled' order by created_at limit 1`.execute(
      this.#world.db,
    );
    for (const { id } of rows) await (await this.#clientOf(settled)).skipPayment(id);
  }

  async #lower(settled: Settled, one: Waiting): Promise<void> {
    const word = this.#sources.wordOf(settled, one.period);
    if (word === undefined || settled.subject !== null) return;
    const amountMinor = word.amountMinor - LOWERED_BY_MINOR;
    await this.#sources.tell(settled, { ...word, version: word.version + 10, amountMinor });
  }

  #clientOf({ residentId }: Pick<Settled, "residentId">): Promise<Client> {
    return clientOf(this.#world, residentId);
  }
}

/** Where the bank asks its customer, as soon as the charge waits for them; null: it has ended without a question. */
async function bankPageOf(api: Client, paymentId: string): Promise<string | null> {
  const deadline = Date.now() + PAGE_WITHIN_MS;
  for (;;) {
    const { state, confirmation } = await api.getPayment(paymentId);
    if (confirmation !== null) return confirmation.url;
    if (state !== "scheduled" && state !== "charging") return null;
    if (Date.now() > deadline) throw new Error(`the bank's page of ${paymentId} was not shown in time`);
    await pause(LOOK_AGAIN_MS);
  }
}

async function confirmAt(
  page: string,
  { api, paymentId }: { readonly api: Client; readonly paymentId: string },
): Promise<void> {
  await visit(page, "confirm", TYPED_CARD);
  await api.returnFromBank(paymentId);
}

const nameOf = ({ bill, need, tries }: Waiting) => `${bill}/${need}/${tries}`;
