import type { WhyBillFacts, WhyPaymentFacts } from "../../domain/why/facts.ts";
import { whyBill } from "../../domain/why/bill.ts";
import { whyPayment } from "../../domain/why/payment.ts";
import { stepsOf } from "../../domain/why/steps.ts";
import { stepWords, whyWords } from "../../words/why.ts";
import type { ProblemLocale } from "../problem-words.ts";
import type { Why } from "../schemas/why.ts";

/** Why a payment went as it went. */
export function whyPaymentView(
  of: { readonly paymentId: string; readonly facts: WhyPaymentFacts },
  locale: ProblemLocale,
): Why {
  const reason = whyPayment(of.facts);
  return {
    reason,
    words: whyWords(locale, reason),
    paymentId: of.paymentId,
    mandateId: of.facts.mandate?.id ?? null,
    steps: stepsOf(of.facts).map((step) => {
      const { decline: _decline, wordAgeSeconds: _age, ...told } = step;
      return { ...told, words: stepWords(locale, step) };
    }),
  };
}

/** Why a bill was or was not charged. */
export function whyBillView(facts: WhyBillFacts, locale: ProblemLocale): Why {
  const reason = whyBill(facts);
  const told =
    facts.payment === null
      ? { paymentId: null, mandateId: facts.mandates[0]?.id ?? null, steps: [] }
      : whyPaymentView({ paymentId: facts.payment.id, facts: facts.payment.facts }, locale);
  return { ...told, reason, words: whyWords(locale, reason) };
}
