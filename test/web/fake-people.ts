import type { LivingSession, Me } from "../../api/client.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";

export const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;

/** Who is signed in unless a test says otherwise. */
export const annaAtHome: LivingSession = {
  id: "KV-7F3K-9Q2M-X4TS",
  name: "Анна Соколова",
  locale: "ru",
  zone: "Europe/Moscow",
  terms: "current",
};

/** What the engine says of who is signed in. */
export function me({ name, locale, zone }: LivingSession): Me {
  return {
    id: "KV-7F3K-9Q2M-X4TR",
    name,
    email: "anna@city.example",
    emailVerified: true,
    pendingEmail: null,
    mailTrouble: null,
    locale,
    zone,
    terms: { current: SERVICE_TERMS.version, accepted: SERVICE_TERMS.version },
    roles: ["resident"],
    billerId: null,
    livemode: false,
  };
}
