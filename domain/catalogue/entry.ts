import type { OrderSettings, ReceiptSettings } from "../biller-papers.ts";
import type { MethodKind, Section } from "../capability-matrix.ts";
import type { CivilTime, Weekday } from "../calendar.ts";
import type { DiscountRule } from "./discount-rule.ts";
import type { Bilingual, Reference } from "./reference.ts";

/** Who the bills of a category or a biller are for. */
export type Audience = "person" | "organisation" | "both";

export const AUDIENCES = ["person", "organisation", "both"] as const satisfies readonly Audience[];

export const SECTIONS = ["main", "additional"] as const satisfies readonly Section[];

/** A kind of bills as people choose it; `region` null: everywhere. The id never changes: holds and reports name it. */
export type Category = {
  readonly id: string;
  readonly audience: Audience;
  readonly section: Section;
  readonly region: string | null;
  readonly title: Bilingual;
  readonly position: number;
};

/** Who gets the money: strings of digits, proved by their check digits. */
export type CataloguePayee = {
  readonly name: string;
  readonly inn: string;
  readonly kpp?: string | undefined;
  readonly bic: string;
  readonly account: string;
  readonly correspondentAccount?: string | undefined;
};

/** Where a biller's bills come from. */
export type BillSourceKind = "push" | "registry-file" | "gis-gmp";

export const BILL_SOURCE_KINDS = [
  "push",
  "registry-file",
  "gis-gmp",
] as const satisfies readonly BillSourceKind[];

/** Working hours on some days of the week, in the biller's zone. */
export type Hours = {
  readonly days: readonly Weekday[];
  readonly from: CivilTime;
  readonly until: CivilTime;
};

/** Sums that a payer may name themselves, in minor units, both included. */
export type OwnSums = { readonly leastMinor: number; readonly mostMinor: number };

/** A biller as the catalogue says it. */
export type BillerEntry = {
  readonly id: string;
  readonly category: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly audience: Audience;
  readonly section: Section;
  readonly region: string;
  readonly payee: CataloguePayee;
  readonly gateway: string;
  readonly allowedMethods: readonly MethodKind[];
  readonly settleDays: number;
  /** A bill that was not confirmed for so long lets no debit pass; null: silence says nothing. */
  readonly maxAgeHours: number | null;
  readonly reference: Reference;
  readonly source: { readonly kind: BillSourceKind };
  readonly discountRule: DiscountRule | null;
  /** What a payer may name themselves without any bill (a donation, a top-up); null: this biller takes what it asked for. */
  readonly withoutBill: OwnSums | null;
  /** It tells balances of its accounts, so they may be topped up below a sum; and it also says when a top-up has come, or not. Null: it knows none. */
  readonly balances: { readonly confirmsTopUps: boolean } | null;
  readonly zone: string;
  readonly hours: readonly Hours[] | null;
  /** How its registry files are written, as who reads them says it (`db/registry/file-format.ts`). */
  readonly fileFormat: object | null;
  readonly paymentOrder: OrderSettings | null;
  readonly receipt: ReceiptSettings | null;
};
