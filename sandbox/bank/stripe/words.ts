import type { Locale } from "../checkout/words.ts";

/** The texts that only the Stripe face's pages need; the others are the checkout pages'. */
const ru = {
  numberHint: "Подойдёт тестовая карта 4242 4242 4242 4242 или 4000 0025 0000 3155 (с подтверждением)",
  authenticateText: "Банк, выпустивший карту, просит подтвердить, что платите вы.",
  authenticateBindText: "Банк, выпустивший карту, просит подтвердить, что карту привязываете вы.",
  notConfirmed: "Операция не подтверждена. Попробуйте ещё раз или введите другую карту.",
  declined: "Банк отказал",
  asksAtFirst: "с подтверждением (3-D Secure) при привязке и оплате на месте",
  asksAlways: "с подтверждением (3-D Secure) всегда",
  asksWhenAsked: "с подтверждением (3-D Secure), если просит магазин",
  disputed: "оплата проходит, потом её оспаривают",
  refundFails: "оплата проходит, возврат не удаётся",
  refundPending: "оплата проходит, возврат ждёт",
} as const;

export type StripeWords = Readonly<Record<keyof typeof ru, string>>;

const en: StripeWords = {
  numberHint: "Use the test card 4242 4242 4242 4242 or 4000 0025 0000 3155 (with confirmation)",
  authenticateText: "The bank that issued the card asks you to confirm that it is you who pays.",
  authenticateBindText: "The bank that issued the card asks you to confirm that it is you who links it.",
  notConfirmed: "The operation was not confirmed. Try again or enter another card.",
  declined: "The bank declined",
  asksAtFirst: "with confirmation (3-D Secure) when linked and when you are present",
  asksAlways: "with confirmation (3-D Secure) always",
  asksWhenAsked: "with confirmation (3-D Secure) when the shop asks for it",
  disputed: "the payment goes through and is disputed later",
  refundFails: "the payment goes through, its refund fails",
  refundPending: "the payment goes through, its refund waits",
};

export const stripeWords: Readonly<Record<Locale, StripeWords>> = { ru, en };

const declines: Readonly<Record<string, Readonly<Record<Locale, string>>>> = {
  authentication_required: { ru: "нужно подтверждение", en: "confirmation is needed" },
  card_velocity_exceeded: { ru: "превышен лимит карты", en: "the card's limit is exceeded" },
  expired_card: { ru: "срок действия карты истёк", en: "the card has expired" },
  fraudulent: { ru: "банк считает операцию подозрительной", en: "the bank suspects fraud" },
  generic_decline: { ru: "без объяснения", en: "without a reason" },
  incorrect_cvc: { ru: "неверный код с обратной стороны", en: "the security code is wrong" },
  insufficient_funds: { ru: "не хватает денег", en: "not enough money" },
  lost_card: { ru: "карта объявлена потерянной", en: "the card was reported lost" },
  processing_error: { ru: "сбой при обработке", en: "a processing error" },
  revocation_of_authorization: { ru: "разрешение на списания отозвано", en: "the permission was withdrawn" },
  stolen_card: { ru: "карта объявлена украденной", en: "the card was reported stolen" },
};

/** A decline code in words; an unknown one is shown as it is. */
export function sayDecline(locale: Locale, code: string): string {
  return declines[code]?.[locale] ?? code;
}
