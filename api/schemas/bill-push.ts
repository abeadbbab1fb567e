import { z } from "@hono/zod-openapi";
import { LARGEST_AMOUNT_MINOR } from "../../domain/bill-texts.ts";
import { isCivilDate } from "../../domain/calendar.ts";
import { parseBankAccount, parseBic } from "../../domain/identifiers/bic-account.ts";
import { parseInn } from "../../domain/identifiers/inn.ts";
import { parseKpp } from "../../domain/identifiers/kpp.ts";
import { parseUin } from "../../domain/identifiers/uin.ts";
import { readSubject, SUBJECT_KINDS } from "../../domain/identifiers/subject.ts";
import { type BillDiscount, isDiscount } from "../../domain/discount.ts";
import { compacted, isMistyped, type Proof, type Refused } from "../../domain/identifiers/proof.ts";
import { FAILURE_CODES, type FailureCode } from "../../domain/failure.ts";
import { accountSchema, civilDateInput, instantSchema, lineSchema } from "./fields.ts";
import { amountSchema } from "./money.ts";
import { inFlightSchema } from "./stops.ts";

/** An identifier proved by its check digit and kept in its normal form. */
function proved<Value>(parse: (text: string) => Proof<Value>, normal: (value: Value) => string) {
  return z
    .string()
    .max(64)
    .transform((text, context) => {
      const proof = parse(text);
      if (proof.ok) return normal(proof.value);
      context.addIssue({ code: "custom", params: { code: codeOf(proof) } });
      return z.NEVER;
    })
    .openapi({ type: "string" });
}

function codeOf(refused: Refused): string {
  return isMistyped(refused) ? "check-digit-wrong" : "identifier-misshapen";
}

const pushedPayeeSchema = z
  .strictObject({
    name: lineSchema(160),
    inn: proved(parseInn, (inn) => inn.digits),
    kpp: proved(parseKpp, (kpp) => kpp).optional(),
    bic: proved(parseBic, (bic) => bic),
    account: accountNumber(),
    correspondentAccount: accountNumber().optional(),
  })
  .superRefine((payee, context) => {
    for (const field of ["account", "correspondentAccount"] as const) {
      const account = payee[field];
      if (account === undefined) continue;
      const proof = parseBankAccount({ bic: payee.bic, account });
      if (!proof.ok) context.addIssue({ code: "custom", path: [field], params: { code: codeOf(proof) } });
    }
  })
  .openapi("PushedPayee", {
    example: {
      name: "ГКУ «Городские коммунальные услуги»",
      inn: "7700990010",
      kpp: "770001001",
      bic: "044525225",
      account: "40702810900000000301",
    },
  });

/** Its key is proved beside the BIC, where both are known. */
function accountNumber() {
  return z.string().max(64).transform(compacted).openapi({ type: "string" });
}

/** A month, `YYYY-MM`. */
const periodSchema = z
  .string()
  .refine((text) => /^\d{4}-\d{2}$/.test(text) && isCivilDate(`${text}-01`), {
    params: { code: "date-invalid" },
  })
  .openapi({ example: "2026-02" });

/** `percent`: off the whole sum; `amount`: so many minor units off; `share`: the part that stays due. `until`: its last day; null: it has no end. */
const discountSchema = z
  .strictObject({
    kind: z.enum(["percent", "amount", "share"]),
    value: z.number().positive().max(LARGEST_AMOUNT_MINOR),
    until: civilDateInput.nullable(),
  })
  .openapi("PushedDiscount", { example: { kind: "percent", value: 25, until: "2026-04-09" } });

/** Of whom the bill speaks, so that they find it by what they saved. The value is stored as a keyed hash only. */
const subjectSchema = z
  .strictObject({ kind: z.enum(SUBJECT_KINDS), value: z.string().max(64) })
  .transform((subject, context) => {
    const proof = readSubject(subject);
    if (proof.ok) return proof.value;
    context.addIssue({ code: "custom", path: ["value"], params: { code: codeOf(proof) } });
    return z.NEVER;
  })
  .openapi({
    type: "object",
    required: ["kind", "value"],
    properties: { kind: { type: "string", enum: [...SUBJECT_KINDS] }, value: { type: "string" } },
    example: { kind: "sts", value: "77УН123456" },
  });

/** A payment that the biller has seen: by the gateway's id, or by its day. One that cannot be ours proves that somebody else has paid. */
const seenPaymentSchema = z.strictObject({
  reference: lineSchema(128).optional(),
  paidOn: civilDateInput.optional(),
  amount: amountSchema.optional(),
});

/**
 * One bill as a biller tells it. `version` is the biller's own order: a later one replaces, an earlier one is stale. `amount` is what is left to pay if no discount
 * holds; `fullAmount` the whole sum, where something of it was paid already. A discount is taken off the whole sum and never leaves more due than `amount`.
 */
export const pushedBillSchema = z
  .strictObject({
    externalId: lineSchema(128).optional(),
    uin: proved(parseUin, (uin) => uin).optional(),
    account: accountSchema.refine((text) => !text.startsWith("subject/")).optional(),
    period: periodSchema.optional(),
    kind: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/)
      .default("charge"),
    version: z.int().min(1).max(2_147_483_647),
    status: z.enum(["issued", "annulled", "paid"]).default("issued"),
    amount: amountSchema,
    fullAmount: amountSchema.optional(),
    discount: discountSchema.optional(),
    issuedOn: civilDateInput.optional(),
    dueOn: civilDateInput,
    purpose: lineSchema(210),
    payee: pushedPayeeSchema,
    subjects: z.array(subjectSchema).max(20).default([]),
    payments: z.array(seenPaymentSchema).max(20).default([]),
  })
  .superRefine(mustHoldTogether)
  .openapi("PushedBill");

/** What no field says alone: a bill has a name, and its sums fit. */
function mustHoldTogether(
  bill: {
    readonly uin?: string | undefined;
    readonly account?: string | undefined;
    readonly period?: string | undefined;
    readonly amount: { readonly amountMinor: number };
    readonly fullAmount?: { readonly amountMinor: number } | undefined;
    readonly discount?: BillDiscount | undefined;
  },
  context: z.RefinementCtx,
): void {
  const refuse = (path: string, code: FailureCode) =>
    context.addIssue({ code: "custom", path: [path], params: { code } });
  const full = bill.fullAmount?.amountMinor ?? bill.amount.amountMinor;
  if (bill.uin === undefined && bill.account === undefined) refuse("account", "bill-nameless");
  if (bill.uin === undefined && bill.period === undefined) refuse("period", "bill-nameless");
  if (full < bill.amount.amountMinor) refuse("fullAmount", "full-amount-below-amount");
  if (bill.discount !== undefined && !isDiscount(bill.discount, full)) refuse("discount", "discount-invalid");
}

export const RECEIVED_RESULTS = [
  "new",
  "duplicate",
  "stale",
  "conflict",
  "confirmed",
  "amended",
  "annulled",
  "reinstated",
  "paid-elsewhere",
  "echo",
  "kept-paid",
  "overpaid",
  "more-due",
] as const;

/**
 * What a bill's withdrawal stopped, and the charges for it that were under way: each is followed to its end, and money that arrives is judged then. How its
 * payer pays is not the biller's business: `method` is null.
 */
const billStopSchema = z
  .object({
    stoppedAt: instantSchema,
    inFlight: z.array(inFlightSchema),
    inFlightTotal: z.int(),
  })
  .openapi("BillStop");

const pushResultSchema = z.object({
  index: z.int(),
  billId: z.string().nullable(),
  result: z.enum([...RECEIVED_RESULTS, "invalid"]),
  /** The bill is annulled, paid elsewhere, or said to be paid: nothing is sent for it any more. Repeated, today's list. */
  stop: billStopSchema.optional(),
  problem: z
    .object({
      code: z.enum(FAILURE_CODES),
      errors: z.array(z.object({ field: z.string(), code: z.enum(FAILURE_CODES), detail: z.string() })),
    })
    .optional(),
});

export const pushAnswerSchema = z.object({ results: z.array(pushResultSchema) }).openapi("PushAnswer");

export type PushedBill = z.output<typeof pushedBillSchema>;
/** A bill as a biller writes it: `kind` and `status` may be left out. */
export type PushedBillInput = z.input<typeof pushedBillSchema>;
export type BillStop = z.infer<typeof billStopSchema>;
export type PushResult = z.infer<typeof pushResultSchema>;
export type PushAnswer = z.infer<typeof pushAnswerSchema>;
