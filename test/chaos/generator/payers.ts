import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import type { Sealer } from "../../../db/sealed.ts";
import type { Terms } from "../../../domain/terms.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import type { Chance } from "../../../scripts/proofs/chance.ts";
import { BankView } from "../../../scripts/proofs/world/bank-view.ts";
import { makePayers } from "../../../scripts/proofs/world/payers.ts";
import { savedCard } from "../../contracts/gateway/stripe-world.ts";
import { CARD_KINDS, CARD_SHARES, type CardKind, STRIPE_CARDS, YOOKASSA_CARDS } from "./card-kinds.ts";
import type { GeneratorOrder } from "./order.ts";

export const YOOKASSA_BILLER = "gorod-zhkh";
export const STRIPE_BILLER = "globus";
const STRIPE_PERCENT = 20;
/** Who pays by hand has no mandate, or has ended it. */
const BY_HAND_PERCENT = 10;
const LIMITED_PERCENT = 8;
/** So many are made at a time. */
const AT_ONCE = 6;
export const LIMIT_MINOR = 600_000;

/** A resident of the run, and what the oracle must know of them. */
export type ChaosPayer = {
  readonly residentId: string;
  readonly methodId: string;
  readonly mandateId: string;
  readonly billerId: string;
  readonly account: string;
  readonly gateway: "yookassa" | "stripe";
  readonly cardKind: CardKind;
  /** What the card is called at the gateway: it may stand nowhere but there. */
  readonly token: string;
  readonly paysByHand: boolean;
  readonly limits: { readonly perPaymentMinor: number | "unlimited" };
};

type Parts = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly order: GeneratorOrder;
  readonly chance: Chance;
};

/** Makes all payers with saved cards and mandates, as sign-in, binding and consent would have left them. */
export async function makeChaosPayers(parts: Parts): Promise<readonly ChaosPayer[]> {
  const payers: ChaosPayer[] = [];
  for (const gateway of ["yookassa", "stripe"] as const) {
    const share = gateway === "stripe" ? STRIPE_PERCENT : 100 - STRIPE_PERCENT;
    for (const limited of [false, true]) {
      const part = limited ? LIMITED_PERCENT : 100 - LIMITED_PERCENT;
      const count = Math.max(
        limited ? 1 : CARD_KINDS.length,
        Math.round((parts.order.payers * share * part) / 10_000),
      );
      for (const [cardKind, of] of kindsOf(count))
        payers.push(...(await makeOneKind(parts, { gateway, cardKind, count: of, limited })));
    }
  }
  return payers;
}

/** At least one of each, where there are so many. */
function kindsOf(count: number): readonly (readonly [CardKind, number])[] {
  const rest = CARD_SHARES.slice(1).map(
    ([kind, percent]) =>
      [kind, Math.max(count >= CARD_KINDS.length ? 1 : 0, Math.round((count * percent) / 100))] as const,
  );
  const taken = rest.reduce((sum, [, of]) => sum + of, 0);
  return [["approves", Math.max(0, count - taken)] as const, ...rest].filter(([, of]) => of > 0);
}

async function makeOneKind(
  { db, sealer, order, chance }: Parts,
  wish: {
    readonly gateway: "yookassa" | "stripe";
    readonly cardKind: CardKind;
    readonly count: number;
    readonly limited: boolean;
  },
): Promise<readonly ChaosPayer[]> {
  const { gateway, cardKind, count, limited } = wish;
  const billerId = gateway === "stripe" ? STRIPE_BILLER : YOOKASSA_BILLER;
  const limit = { amountMinor: LIMIT_MINOR, currency: "RUB" } as const;
  const terms: Partial<Terms> = {
    noticePack: { ...NOTICE_PACKS.demo, leadSeconds: 0 },
    ...(limited ? { limitPerPayment: limit } : {}),
  };
  const made: ChaosPayer[] = [];
  // a card of their own for each: budgets of declined debits are counted by card
  let left = count;
  const lane = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      const token = await tokenOf(order, gateway, cardKind);
      const [payer] = await makePayers(
        { db, sealer },
        { count: 1, billerId, gateway, token, terms, issuer: order.identity.issuer },
      );
      if (!payer) throw new Error("no payer was made");
      made.push({
        ...payer,
        account: await ownAccount(db, payer.mandateId),
        gateway,
        cardKind,
        token,
        paysByHand: chance.percent(BY_HAND_PERCENT),
        limits: { perPaymentMinor: limited ? LIMIT_MINOR : "unlimited" },
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return made;
}

let accounts = 0;

/** Payers that are made one by one would have the same account where the clock of the machine stands still between two. */
async function ownAccount(db: Database, mandateId: string): Promise<string> {
  accounts += 1;
  const account = `7${String(accounts).padStart(11, "0")}`;
  await sql`update mandates set account = ${account} where id = ${mandateId}`.execute(db);
  return account;
}

async function tokenOf(
  order: GeneratorOrder,
  gateway: "yookassa" | "stripe",
  kind: CardKind,
): Promise<string> {
  if (gateway === "stripe") return savedCard(order.stripe, STRIPE_CARDS[kind]);
  const token = await new BankView(order.bank.control, order.bank).bindCard(YOOKASSA_CARDS[kind]);
  if (kind === "soft-then-approves") await declineOnce(order, token);
  return token;
}

/** The bank's own order, for the first charge of this card alone. */
async function declineOnce({ bank }: GeneratorOrder, paymentMethodId: string): Promise<void> {
  await new BankView(bank.control, bank).arm({
    match: { operation: "create_payment", paymentMethodId },
    times: 1,
    fault: { kind: "decline", reason: "insufficient_funds" },
  });
}
