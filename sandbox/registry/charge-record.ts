import { z } from "zod";

const digits = (length: number) => z.string().regex(new RegExp(`^\\d{${length}}$`));
const instant = z.iso.datetime({ offset: true });

const payee = z.strictObject({
  name: z.string(),
  inn: z.string(),
  kpp: z.string(),
  account: z.string(),
  bic: z.string(),
  correspondentAccount: z.string().optional(),
});

/** Off the whole sum: kopecks, whole percent, or what it is multiplied by; `expiry` is a day or `0`. */
const discount = z.strictObject({
  kind: z.enum(["fixed", "size", "multiplier"]),
  value: z.string(),
  expiry: z.string(),
});

const terms = {
  billDate: z.string(),
  totalKopecks: z.number().int().min(0),
  purpose: z.string(),
  kbk: z.string(),
  oktmo: z.string(),
  payee,
  payerIdentifier: z.string(),
  additionalPayerIdentifier: z.string().optional(),
  payerName: z.string(),
  paymentTerm: z.string().optional(),
  validUntil: z.string().optional(),
  legalAct: z.string().optional(),
  /** PRIOR or TEMP: a preliminary charge. */
  origin: z.string().optional(),
  discount: discount.optional(),
  /** A company's charge that a search by INN alone does not find. */
  hiddenFromInn: z.boolean().optional(),
  /** The registry's word on matching, where it is not to follow from the payments. */
  acknowledgment: z.string().optional(),
  /** What is left, where it is not to follow from the payments. */
  leftKopecks: z.number().int().optional(),
  meaning: z.string(),
  changeDate: z.string().optional(),
  reason: z.string().optional(),
};

/** What an issuer loads, as `POST /control/charges` takes it. Nothing is checked: wrong charges are wanted, too. A missing УИН is made. */
export const chargeSeed = z.strictObject({
  uin: z.string().min(1).max(60).optional(),
  ...terms,
  kbk: terms.kbk.default("0"),
  oktmo: terms.oktmo.default("0"),
  payerIdentifier: terms.payerIdentifier.default("0"),
  payerName: terms.payerName.default("Плательщик"),
  meaning: terms.meaning.default("1"),
  /** When it reached the registry; now when absent. */
  receivedAt: instant.optional(),
});

/** What an issuer changes of a charge: any of its terms. */
export const chargeChange = z.strictObject(terms).partial();

/** The body of `POST /control/charges/{uin}/pay`: everything that is left, now, by a stranger, unless said otherwise. */
export const paymentOrder = z.strictObject({
  amountKopecks: z.number().int().positive().optional(),
  /** УИП: 32 characters. */
  paymentId: z.string().min(1).max(60).optional(),
  paidAt: instant.optional(),
  /** `bic` of the bank that reports it: it stands in a made УИП. */
  bic: digits(9).default("044525225"),
});

export type ChargeSeed = z.input<typeof chargeSeed>;
type Terms = Omit<z.output<typeof chargeSeed>, "uin" | "receivedAt">;

export interface RegistryPayment {
  readonly paymentId: string;
  readonly amountKopecks: number;
  readonly paidAt: string;
  readonly revoked: boolean;
}

/** A charge as the registry keeps it. */
export interface ChargeRecord extends Terms {
  readonly uin: string;
  readonly receivedAt: string;
  readonly payments: readonly RegistryPayment[];
}
