import type { Consent } from "../api/client.ts";
import { formatMoney } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { say } from "../words/say.ts";
import type { AskedTerms } from "./mandate-draft.ts";
import { asksAboutBills } from "./trigger-form.ts";
import { triggerParagraphs } from "./trigger-words.ts";

/** The edition of the mandate's consent text; a change of its words or of their order is another edition. */
export const mandateConsentVersion = "mandate-2026-12-2";

/** The edition of the text about saving a card. */
const bindingConsentVersion = "binding-2026-11";

/** What binding a card means, paragraph by paragraph. */
export function bindingParagraphs(locale: Locale): readonly string[] {
  return [
    say(locale, "page.consent.bind.what"),
    say(locale, "page.consent.bind.use"),
    say(locale, "page.consent.bind.data"),
    say(locale, "page.consent.bind.end"),
  ];
}

/** The consent to save a card, as the API keeps it. */
export function bindingConsent(locale: Locale): Consent {
  return { text: bindingParagraphs(locale).join("\n\n"), locale, version: bindingConsentVersion };
}

/** The edition of the text about saving what a payment is paid with. */
const savingConsentVersion = "saving-2026-11";

/** What the payer may agree to when they have something saved with a payment. */
export const SAVING_CHOICES = ["pay-now", "mandate"] as const;
export type SavingChoice = (typeof SAVING_CHOICES)[number];

/** What saving it means, paragraph by paragraph. */
export function savingParagraphs(locale: Locale): readonly string[] {
  return [
    say(locale, "page.consent.save.what"),
    say(locale, "page.consent.save.use"),
    say(locale, "page.consent.save.data"),
    say(locale, "page.consent.save.end"),
  ];
}

/** The consent as the API keeps it: what was ticked, and the text below it. */
export function savingConsent(locale: Locale, ticked: readonly SavingChoice[]): Consent {
  const lines = [
    say(locale, "method.save"),
    ...ticked.map((choice) => `☑ ${say(locale, `method.save.${choice}`)}`),
    ...savingParagraphs(locale),
  ];
  return { text: lines.join("\n\n"), locale, version: savingConsentVersion };
}

/** What a mandate's consent speaks of. */
export interface ConsentSubject {
  readonly biller: string;
  readonly account: string;
  /** Names of the cards, in the order in which they are used. */
  readonly methods: readonly string[];
  readonly terms: AskedTerms;
  /** The biller says when a top-up has come. */
  readonly confirmsTopUps: boolean;
}

/** The consent of a mandate, paragraph by paragraph, exactly as it is shown, sent and kept. */
export function consentParagraphs(
  locale: Locale,
  { biller, account, methods, terms, confirmsTopUps }: ConsentSubject,
): string[] {
  const [first = "", ...others] = methods;
  const { limitPerPayment: one, limitPerPeriod: period } = terms;
  const { trigger, lateBill, noticePack, unusualAmount } = terms;
  const bills = asksAboutBills(trigger);
  return [
    ...triggerParagraphs(locale, { biller, account, trigger, lateBill, noticePack, confirmsTopUps }),
    others.length === 0
      ? say(locale, "page.consent.mandate.method", { method: first })
      : say(locale, "page.consent.mandate.methods", { method: first, others: others.join(", ") }),
    one === "unlimited"
      ? say(locale, `page.consent.${bills ? "mandate" : "trigger"}.payment-unlimited`)
      : say(locale, "page.consent.mandate.payment-limit", { limit: formatMoney(locale, one) }),
    period === "unlimited"
      ? say(locale, "page.consent.mandate.period-unlimited")
      : say(locale, `page.consent.mandate.limit-${period.period}`, {
          limit: formatMoney(locale, period.amount),
        }),
    ...(one === "unlimited" && period === "unlimited"
      ? []
      : [say(locale, `page.consent.${bills ? "mandate" : "trigger"}.over-${terms.overLimit}`)]),
    say(locale, `page.consent.mandate.notice-${terms.noticePack}`),
    ...(bills
      ? [
          say(locale, `page.consent.mandate.late-${lateBill}`),
          say(locale, `page.consent.mandate.unusual-${unusualAmount}`),
          say(locale, "page.consent.mandate.once"),
        ]
      : []),
    say(locale, "page.consent.mandate.bank-asks"),
    say(locale, "page.consent.mandate.fee"),
    say(locale, "page.consent.mandate.stop"),
    say(locale, "page.consent.mandate.change"),
  ];
}

/** The consent as the API keeps it. */
export function consentOf(locale: Locale, subject: ConsentSubject): Consent {
  return {
    text: consentParagraphs(locale, subject).join("\n\n"),
    locale,
    version: mandateConsentVersion,
  };
}
