import type { Currency, Money } from "./money.ts";

/** How a payer pays; the same names as the gateway port's. */
export type MethodKind = "bank_card" | "sbp" | "yoo_money" | "sberbank" | "tinkoff_bank" | "mobile_balance";

export type Wallet = "apple_pay" | "google_pay";

/** A line of the matrix: a wallet is a road of its own, although its token ends as a card. */
export type MethodRoad = MethodKind | Wallet;

export const METHOD_KINDS = [
  "bank_card",
  "sbp",
  "yoo_money",
  "sberbank",
  "tinkoff_bank",
  "mobile_balance",
] as const satisfies readonly MethodKind[];

export const WALLETS = ["apple_pay", "google_pay"] as const satisfies readonly Wallet[];

/** What a method is wanted for: to stand in a mandate, for one payment by a present payer, for a batch of them. */
export type MethodUse = "mandate" | "pay-now" | "batch";

export const METHOD_USES = ["mandate", "pay-now", "batch"] as const satisfies readonly MethodUse[];

export type PayerKind = "resident" | "organisation";

/** Where a biller stands in the catalogue; "additional payments" is a section with rules of its own. */
export type Section = "main" | "additional";

/** Bounds of one charge in minor units; `mostMinor` null where the vendor names none. */
export type AmountRange = { readonly leastMinor: number; readonly mostMinor: number | null };

/** What one road can do at one gateway. */
export type RoadRule = {
  /** May stand in a mandate: can be charged without its owner. */
  readonly autopay: boolean;
  /** `alone`: can be saved without a payment; `with-payment`: only together with a first payment. */
  readonly saved: "alone" | "with-payment" | "never";
  /** The payer may take it for one charge without saving it. */
  readonly withoutSaving: boolean;
  readonly batch: boolean;
  readonly notInSections: readonly Section[];
  readonly payers: readonly PayerKind[];
  readonly amounts: Readonly<Partial<Record<Currency, AmountRange>>>;
  /** `redirect`: on a page of the bank; `external`: outside of any page (SMS, the bank's app). */
  readonly confirmation: "redirect" | "external";
  readonly confirmMinutes: number;
  /** A charge that waits for the payer can be called back. */
  readonly cancelPending: boolean;
  readonly refunds: "full-and-partial" | "full";
};

/** Why a method is not taken; closed. Words for each stand in the catalogue under `method.why.`. */
export type MethodRefusal =
  | "kind-not-at-gateway"
  | "method-at-another-gateway"
  | "method-not-allowed"
  | "confirmed-each-time"
  | "not-saved-there"
  | "use-not-consented"
  | "not-in-batch"
  | "not-in-section"
  | "not-for-organisations"
  | "currency-not-taken"
  | "amount-below-least"
  | "amount-above-most"
  | "wallet-not-taken";

export const METHOD_REFUSALS = [
  "kind-not-at-gateway",
  "method-at-another-gateway",
  "method-not-allowed",
  "confirmed-each-time",
  "not-saved-there",
  "use-not-consented",
  "not-in-batch",
  "not-in-section",
  "not-for-organisations",
  "currency-not-taken",
  "amount-below-least",
  "amount-above-most",
  "wallet-not-taken",
] as const satisfies readonly MethodRefusal[];

/** Gateways that the matrix knows, as billers and methods name them. */
export type MatrixGateway = "yookassa" | "stripe";

const everybody = ["resident", "organisation"] as const;
/** Organisations pay by bank card only. */
const people = ["resident"] as const;
const roubles = (leastMinor: number, mostMinor: number | null) => ({ RUB: { leastMinor, mostMinor } });
/** At most eight digits of minor units; at least about half a dollar. */
const stripeAmounts = {
  RUB: { leastMinor: 5_000, mostMinor: 99_999_999 },
  USD: { leastMinor: 50, mostMinor: 99_999_999 },
  EUR: { leastMinor: 50, mostMinor: 99_999_999 },
} as const;

const atYookassa = {
  autopay: true,
  saved: "with-payment",
  withoutSaving: true,
  batch: true,
  notInSections: [],
  payers: people,
  confirmation: "redirect",
  confirmMinutes: 60,
  cancelPending: false,
  refunds: "full-and-partial",
} as const;

/** A PaymentIntent stands for one saved method: nothing is typed at Stripe in the middle of a payment. */
const atStripe = {
  autopay: true,
  saved: "alone",
  withoutSaving: false,
  batch: true,
  notInSections: [],
  payers: people,
  amounts: stripeAmounts,
  confirmation: "redirect",
  confirmMinutes: 60,
  cancelPending: true,
  refunds: "full-and-partial",
} as const;

/**
 * The capability matrix (P3): which road may do what at which gateway. The one place of these rules: API, page, mandates and the gate read it. A road that
 * stands in no line of a gateway is not taken there. Limits are the vendors' published ones; where they publish none, only the smallest
 * unit and no upper bound stand here.
 */
export const CAPABILITY_MATRIX: Readonly<
  Record<MatrixGateway, Readonly<Partial<Record<MethodRoad, RoadRule>>>>
> = {
  yookassa: {
    bank_card: { ...atYookassa, saved: "alone", payers: everybody, amounts: roubles(100, 35_000_000) },
    sbp: { ...atYookassa, saved: "alone", amounts: roubles(100, 70_000_000) },
    yoo_money: { ...atYookassa, amounts: roubles(1, null) },
    sberbank: { ...atYookassa, amounts: roubles(1, null) },
    tinkoff_bank: { ...atYookassa, amounts: roubles(1, null) },
    // Its owner answers an SMS for each payment: nobody can charge it without them, and not many at once.
    mobile_balance: {
      ...atYookassa,
      autopay: false,
      saved: "never",
      batch: false,
      amounts: roubles(1_000, 1_500_000),
      confirmation: "external",
    },
  },
  stripe: {
    bank_card: { ...atStripe, payers: everybody },
    apple_pay: { ...atStripe, batch: false, notInSections: ["additional"] },
    google_pay: atStripe,
  },
};

/** What a method is asked about. */
export type MethodQuestion = {
  readonly gateway: string;
  readonly kind: string;
  readonly wallet?: string | null | undefined;
  readonly use: MethodUse;
  /** The section of the biller; another word than those of {@link Section} has no rule against it. */
  readonly section: string;
  readonly payer: PayerKind;
  /** Absent where none is known yet: a new mandate. */
  readonly amount?: Money | undefined;
};

export type MethodJudgement =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: readonly [MethodRefusal, ...MethodRefusal[]] };

/** May this method be used so? Answers every reason against it, the weightiest first. Pure and total. */
export function judgeMethod(question: MethodQuestion): MethodJudgement {
  const rule = ruleOf(question.gateway, question.wallet ?? question.kind);
  const why = rule === undefined ? [strangerAt(question)] : refusalsOf(rule, question);
  const [first, ...others] = why;
  return first === undefined ? { allowed: true } : { allowed: false, why: [first, ...others] };
}

/** The line of the matrix; undefined: this gateway does not take that road. */
export function ruleOf(gateway: string, road: string): RoadRule | undefined {
  const lines: Readonly<Record<string, Readonly<Record<string, RoadRule>> | undefined>> = CAPABILITY_MATRIX;
  const line = Object.hasOwn(lines, gateway) ? lines[gateway] : undefined;
  return line !== undefined && Object.hasOwn(line, road) ? line[road] : undefined;
}

function strangerAt({ wallet }: MethodQuestion): MethodRefusal {
  return wallet === undefined || wallet === null ? "kind-not-at-gateway" : "wallet-not-taken";
}

function refusalsOf(rule: RoadRule, question: MethodQuestion): readonly MethodRefusal[] {
  return [
    ...useRefusals(rule, question.use),
    ...(rule.notInSections.some((section) => section === question.section)
      ? (["not-in-section"] as const)
      : []),
    ...(rule.payers.includes(question.payer) ? [] : (["not-for-organisations"] as const)),
    ...amountRefusals(rule, question.amount),
  ];
}

function useRefusals(rule: RoadRule, use: MethodUse): readonly MethodRefusal[] {
  if (use === "batch") return rule.batch ? [] : ["not-in-batch"];
  if (use === "pay-now" || rule.autopay) return [];
  return rule.confirmation === "external" ? ["confirmed-each-time"] : ["not-saved-there"];
}

function amountRefusals(rule: RoadRule, amount: Money | undefined): readonly MethodRefusal[] {
  if (amount === undefined) return [];
  const range = rule.amounts[amount.currency];
  if (range === undefined) return ["currency-not-taken"];
  if (amount.amountMinor < range.leastMinor) return ["amount-below-least"];
  if (range.mostMinor !== null && amount.amountMinor > range.mostMinor) return ["amount-above-most"];
  return [];
}

/** What the gate reads of one road: plain data, compared with the rows under their locks (`q->'capabilities'`). */
export type GateCapability = {
  readonly uses: readonly MethodUse[];
  readonly withoutSaving: boolean;
  readonly notInSections: readonly string[];
  readonly payers: readonly PayerKind[];
  readonly amounts: RoadRule["amounts"];
};

/**
 * The rules of a gateway as the gate is given them, so that each stands in one file: `{"bank_card": {…}, "apple_pay": {…}, …}`. Empty for a
 * gateway that the matrix does not know: then nothing is taken there.
 */
export function gateCapabilities(gateway: string): Readonly<Partial<Record<MethodRoad, GateCapability>>> {
  const roads: readonly MethodRoad[] = [...METHOD_KINDS, ...WALLETS];
  return Object.fromEntries(
    roads.flatMap((road) => {
      const rule = ruleOf(gateway, road);
      return rule === undefined ? [] : [[road, gateCapabilityOf(rule)]];
    }),
  );
}

function gateCapabilityOf(rule: RoadRule): GateCapability {
  const { withoutSaving, notInSections, payers, amounts } = rule;
  const uses = METHOD_USES.filter((use) => useRefusals(rule, use).length === 0);
  return { uses, withoutSaving, notInSections, payers, amounts };
}
