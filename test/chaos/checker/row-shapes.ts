/** Instants of all rows are milliseconds since 1970 on the city's clock unless a name says `real`; money is in minor units; days are text. */
export type PaymentRow = {
  readonly id: string;
  readonly resident_id: string;
  readonly bill_id: string;
  readonly part: number;
  readonly route: string;
  readonly mandate_id: string | null;
  readonly method_id: string | null;
  readonly amount_minor: number;
  readonly currency: string;
  readonly payee_hash: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly need: string | null;
  readonly reason: string | null;
  readonly stop_mark: string | null;
  readonly planned_on: string;
  readonly not_before: number;
  readonly next_look_at: number;
  readonly give_up_at: number;
  readonly created_at: number;
  readonly changed_at: number;
};

export type ChargeRow = {
  readonly id: string;
  readonly payment_id: string;
  readonly ordinal: number;
  readonly gateway: string;
  readonly method_id: string | null;
  readonly card_key: string | null;
  readonly initiated_by: "mit" | "cit";
  readonly notice_id: string | null;
  readonly instruction_id: string | null;
  readonly amount_minor: number;
  readonly currency: string;
  readonly bill_version: number;
  readonly payee_hash: string;
  readonly state: string;
  readonly how: string | null;
  readonly reason: string | null;
  readonly decided_at: number | null;
  readonly first_sent_at: number;
  readonly object_id: string | null;
  readonly charged_minor: number | null;
};

export type PassRow = {
  readonly charge_id: string;
  readonly transmission: number;
  readonly kind: string;
  /** Real time. */
  readonly passed_at: number;
  readonly business_at: number;
};

export type EvidenceRow = {
  readonly id: number;
  readonly charge_id: string;
  readonly source: string;
  readonly outcome: string;
  readonly how: string | null;
  readonly moved: boolean;
  readonly seen_at: number;
};

export type BillRow = {
  readonly id: string;
  readonly biller_id: string;
  readonly account: string;
  readonly external_id: string | null;
  readonly period: string;
  readonly identity_key: string;
  readonly state: string;
  readonly said: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly due_on: string;
  readonly part: number;
  readonly version: number;
  readonly merged_into: string | null;
};

export type BillVersionRow = {
  readonly bill_id: string;
  readonly version: number;
  readonly amount_minor: number;
  readonly full_minor: number | null;
  readonly currency: string;
  readonly payee_account: string | null;
};

export type TermsText = {
  readonly zone: string;
  readonly methods: readonly string[];
  readonly limitPerPayment: { readonly amountMinor: number; readonly currency: string } | "unlimited";
  readonly limitPerPeriod:
    | {
        readonly amount: { readonly amountMinor: number; readonly currency: string };
        readonly period: string;
      }
    | "unlimited";
  readonly noticePack: { readonly leadSeconds: number; readonly earlierCalendarDay: boolean };
};

export type MandateRow = {
  readonly id: string;
  readonly resident_id: string;
  readonly biller_id: string;
  readonly account: string;
  readonly state: string;
  readonly version: number;
  readonly created_at: number;
};

export type NoticeRow = {
  readonly id: string;
  readonly payment_id: string;
  readonly mandate_id: string;
  readonly amount_minor: number;
  readonly payee_hash: string;
  readonly method_id: string;
  readonly fallbacks: readonly string[];
  readonly not_before: number;
  readonly not_after: number;
  readonly state: string;
  readonly channel: string | null;
  readonly accepted_at: number | null;
  readonly clock_of: string | null;
};

export type NotificationRow = {
  readonly id: string;
  readonly event: string;
  readonly event_key: string;
  readonly channel: string;
  readonly state: string;
  readonly why: string | null;
  readonly legal_minimum: boolean;
  readonly message_id: string;
  readonly notice_id: string | null;
  readonly payment_id: string | null;
  readonly resident_id: string;
  readonly topic: string | null;
  readonly category: string | null;
  readonly carried_by: string | null;
  /** So often its sender heard no answer, or died before it wrote one down. */
  readonly uncertain: number;
  readonly due_at: number;
  readonly created_at: number;
  readonly sent_at: number | null;
};

export type RefundRow = {
  readonly id: string;
  readonly payment_id: string;
  readonly charge_id: string;
  readonly amount_minor: number;
  readonly state: string;
  readonly object_id: string | null;
  readonly next_look_at: number | null;
};

export type LedgerLine = {
  readonly transaction_id: number;
  readonly kind: string;
  readonly evidence_object: string;
  readonly payment_id: string | null;
  readonly account: string;
  readonly currency: string;
  readonly debit_minor: number;
  readonly credit_minor: number;
};

export type AuditRow = {
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
};

/** An integrator's address. */
export type EndpointRow = {
  readonly id: string;
  readonly url: string;
  /** None: all. */
  readonly types: readonly string[];
  /** Null: of all billers. */
  readonly biller_id: string | null;
  readonly state: string;
};

/** An event on its way to an endpoint, as far as it is remembered. */
export type EventRow = {
  readonly endpoint_id: string;
  readonly id: string;
  readonly type: string;
  readonly object_id: string;
  readonly state: string;
  readonly why: string | null;
};
