import { z } from "@hono/zod-openapi";
import { isCivilDate } from "../../domain/calendar.ts";
import { parseBankAccount, parseBic } from "../../domain/identifiers/bic-account.ts";
import { parseInn } from "../../domain/identifiers/inn.ts";
import { parseKpp } from "../../domain/identifiers/kpp.ts";
import { compacted, type Proof } from "../../domain/identifiers/proof.ts";
import { FAILURE_CODES } from "../../domain/failure.ts";
import { accountSchema, civilDateInput, lineSchema } from "./fields.ts";
import { amountSchema } from "./money.ts";

/** An identifier proved by its check digit and kept in its normal form. */
function proved<Value>(parse: (text: string) => Proof<Value>, normal: (value: Value) => string) {
  return z
    .string()
    .max(64)
    .transform((text, context) => {
      const proof = parse(text);
      if (proof.ok) return normal(proof.value);
      context.addIssue({ code: "custom", params: { code: codeOf(proof.why) } });
      return z.NEVER;
    })
    .openapi({ type: "string" });
}

function codeOf(why: "format" | "check-digit"): string {
  return why === "format" ? "identifier-misshapen" : "check-digit-wrong";
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
      if (!proof.ok) context.addIssue({ code: "custom", path: [field], params: { code: codeOf(proof.why) } });
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

/** One bill as a biller tells it. `version` is the biller's own order: a later one replaces, an earlier one is stale. */
export const pushedBillSchema = z
  .strictObject({
    externalId: lineSchema(128).optional(),
    account: accountSchema,
    period: z
      .string()
      .refine((text) => /^\d{4}-\d{2}$/.test(text) && isCivilDate(`${text}-01`), {
        params: { code: "date-invalid" },
      })
      .openapi({ example: "2026-02" }),
    kind: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/)
      .default("charge"),
    version: z.int().min(1).max(2_147_483_647),
    status: z.enum(["issued", "annulled", "paid"]).default("issued"),
    amount: amountSchema,
    dueOn: civilDateInput,
    purpose: lineSchema(210),
    payee: pushedPayeeSchema,
  })
  .openapi("PushedBill");

export const RECEIVED_RESULTS = [
  "new",
  "duplicate",
  "stale",
  "conflict",
  "amended",
  "annulled",
  "reinstated",
  "paid-elsewhere",
  "echo",
  "kept-paid",
] as const;

const pushResultSchema = z.object({
  index: z.int(),
  billId: z.string().nullable(),
  result: z.enum([...RECEIVED_RESULTS, "invalid"]),
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
export type PushResult = z.infer<typeof pushResultSchema>;
export type PushAnswer = z.infer<typeof pushAnswerSchema>;
