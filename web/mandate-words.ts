import type { Mandate, Method, Terms } from "../api/client.ts";
import { formatDayOf, formatMoney } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { isMessageKey, say } from "../words/say.ts";
import { methodName } from "./parts/method-choice.tsx";
import type { Told } from "./payment-words.ts";
import { asksAboutBills } from "./trigger-form.ts";
import type { Visit } from "./visit.ts";

/** Says whether a mandate works, and why not when it does not. */
export function tellMandate({ locale, zone }: Visit, mandate: Mandate): Told {
  switch (mandate.state) {
    case "active":
      if (mandate.expiresAt !== null)
        return { tone: "wait", title: say(locale, "page.mandate.active-ending"), moving: false };
      return { tone: "good", title: say(locale, "page.mandate.active"), moving: false };
    case "paused":
      return {
        tone: "wait",
        title:
          mandate.pausedUntil === null
            ? say(locale, "page.mandate.paused")
            : say(locale, "page.mandate.paused-until", {
                until: formatDayOf(locale, mandate.pausedUntil, zone),
              }),
        next: mandate.pausedBy === "payer" ? undefined : say(locale, "page.mandate.paused-not-by-you"),
        moving: false,
      };
    case "proposed":
      return { tone: "wait", title: say(locale, "page.mandate.proposed"), moving: false };
    case "ended":
      return { tone: "calm", title: say(locale, "page.mandate.ended"), moving: false };
  }
}

/** What a mandate pays for: an account, or whatever bills are about an identifier of its owner. */
export function coveredWords(
  locale: Locale,
  { account, subject }: Pick<Mandate, "account" | "subject">,
): string {
  if (subject === null) return say(locale, "page.mandate.account", { account });
  const key = `identifier.kind.${subject.kind}`;
  const kind = isMessageKey(key) ? say(locale, key as "identifier.kind.sts") : subject.kind;
  return say(locale, "page.mandate.subject", { subject: subject.label ?? kind });
}

/** The terms as names and values. */
export function termsFacts(
  visit: Visit,
  terms: Omit<Terms, "zone">,
  methods: readonly Method[],
): readonly (readonly [name: string, value: string])[] {
  const { locale } = visit;
  const { limitPerPayment: one, limitPerPeriod: period } = terms;
  return [
    [say(locale, "page.fact.methods"), methodNames(visit, terms.methods, methods).join(", ")],
    [
      say(locale, "page.fact.per-payment"),
      one === "unlimited" ? say(locale, "page.setup.unlimited") : formatMoney(locale, one),
    ],
    [
      say(locale, "page.fact.per-period"),
      period === "unlimited"
        ? say(locale, "page.setup.unlimited")
        : say(locale, `page.fact.per-${period.period}`, { limit: formatMoney(locale, period.amount) }),
    ],
    [say(locale, "page.setup.over-limit"), say(locale, `page.setup.over-limit.${terms.overLimit}`)],
    ...(asksAboutBills(terms.trigger) ? billFacts(locale, terms) : []),
    [say(locale, "page.setup.notice"), say(locale, `page.setup.notice.${terms.noticePack}`)],
  ];
}

/** What only bills raise: sums that differ from the usual one, and bills that come late. */
function billFacts(
  locale: Locale,
  { unusualAmount, lateBill }: Pick<Terms, "unusualAmount" | "lateBill">,
): readonly (readonly [name: string, value: string])[] {
  return [
    [say(locale, "page.setup.unusual"), say(locale, `page.setup.unusual.${unusualAmount}`)],
    [say(locale, "page.setup.late-bill"), say(locale, `page.setup.late-bill.${lateBill}`)],
  ];
}

/** Names of methods in the order of their ids; one that is gone is called a card. */
export function methodNames(visit: Visit, ids: readonly string[], methods: readonly Method[]): string[] {
  return ids.map((id) => {
    const method = methods.find((one) => one.id === id);
    return method === undefined ? say(visit.locale, "page.method.card") : methodName(visit, method);
  });
}
