import type { Locale } from "../locale.ts";
import { alarmsEn } from "./alarms.en.ts";
import { alarmsRu } from "./alarms.ru.ts";
import { archiveEn } from "./archive.en.ts";
import { archiveRu } from "./archive.ru.ts";
import { autopayEn } from "./autopay.en.ts";
import { autopayRu } from "./autopay.ru.ts";
import { billersEn } from "./billers.en.ts";
import { billersRu } from "./billers.ru.ts";
import { consentEn } from "./consent.en.ts";
import { consentRu } from "./consent.ru.ts";
import { findingEn } from "./finding.en.ts";
import { findingRu } from "./finding.ru.ts";
import { forecastEn } from "./forecast.en.ts";
import { forecastRu } from "./forecast.ru.ts";
import { identifiersEn } from "./identifiers.en.ts";
import { identifiersRu } from "./identifiers.ru.ts";
import { linksEn } from "./links.en.ts";
import { linksRu } from "./links.ru.ts";
import { mailEn } from "./mail.en.ts";
import { mailRu } from "./mail.ru.ts";
import { methodsEn } from "./methods.en.ts";
import { methodsRu } from "./methods.ru.ts";
import { pageEn } from "./page.en.ts";
import { pageRu } from "./page.ru.ts";
import { devicesEn } from "./devices.en.ts";
import { peopleEn } from "./people.en.ts";
import { devicesRu } from "./devices.ru.ts";
import { peopleRu } from "./people.ru.ts";
import { eventsEn } from "./events.en.ts";
import { eventsRu } from "./events.ru.ts";
import { preferencesEn } from "./preferences.en.ts";
import { preferencesRu } from "./preferences.ru.ts";
import { previewsEn } from "./previews.en.ts";
import { previewsRu } from "./previews.ru.ts";
import { pushEn } from "./push.en.ts";
import { pushRu } from "./push.ru.ts";
import { reasonsEn } from "./reasons.en.ts";
import { reasonsRu } from "./reasons.ru.ts";
import { registryEn } from "./registry.en.ts";
import { registryRu } from "./registry.ru.ts";
import { smsEn } from "./sms.en.ts";
import { smsRu } from "./sms.ru.ts";
import { templatesEn } from "./templates.en.ts";
import { templatesRu } from "./templates.ru.ts";
import { whyEn } from "./why.en.ts";
import { whyRu } from "./why.ru.ts";

// A new room of texts is a pair of files beside this one and one line in each list; Russian is the source of keys and arguments.
const ru = {
  ...alarmsRu,
  ...mailRu,
  ...pushRu,
  ...previewsRu,
  ...smsRu,
  ...reasonsRu,
  ...pageRu,
  ...autopayRu,
  ...consentRu,
  ...methodsRu,
  ...devicesRu,
  ...peopleRu,
  ...preferencesRu,
  ...eventsRu,
  ...registryRu,
  ...identifiersRu,
  ...billersRu,
  ...archiveRu,
  ...templatesRu,
  ...findingRu,
  ...forecastRu,
  ...linksRu,
  ...whyRu,
};
const en = {
  ...alarmsEn,
  ...mailEn,
  ...pushEn,
  ...previewsEn,
  ...smsEn,
  ...reasonsEn,
  ...pageEn,
  ...autopayEn,
  ...consentEn,
  ...methodsEn,
  ...devicesEn,
  ...peopleEn,
  ...preferencesEn,
  ...eventsEn,
  ...registryEn,
  ...identifiersEn,
  ...billersEn,
  ...archiveEn,
  ...templatesEn,
  ...findingEn,
  ...forecastEn,
  ...linksEn,
  ...whyEn,
} satisfies Record<keyof typeof ru, string>;

/** The Russian texts as literals: the compiler takes keys and arguments from them. */
export type SourceCatalogue = typeof ru;

/** Every text for people, by language and key. */
export const CATALOGUE: Record<Locale, Record<keyof SourceCatalogue, string>> = { ru, en };

/** The files by name, so that a test can say where a text is wrong or given twice. */
export const CATALOGUE_FILES = {
  alarms: { ru: alarmsRu, en: alarmsEn },
  mail: { ru: mailRu, en: mailEn },
  previews: { ru: previewsRu, en: previewsEn },
  push: { ru: pushRu, en: pushEn },
  sms: { ru: smsRu, en: smsEn },
  reasons: { ru: reasonsRu, en: reasonsEn },
  page: { ru: pageRu, en: pageEn },
  autopay: { ru: autopayRu, en: autopayEn },
  consent: { ru: consentRu, en: consentEn },
  methods: { ru: methodsRu, en: methodsEn },
  devices: { ru: devicesRu, en: devicesEn },
  people: { ru: peopleRu, en: peopleEn },
  preferences: { ru: preferencesRu, en: preferencesEn },
  events: { ru: eventsRu, en: eventsEn },
  registry: { ru: registryRu, en: registryEn },
  identifiers: { ru: identifiersRu, en: identifiersEn },
  billers: { ru: billersRu, en: billersEn },
  archive: { ru: archiveRu, en: archiveEn },
  templates: { ru: templatesRu, en: templatesEn },
  finding: { ru: findingRu, en: findingEn },
  forecast: { ru: forecastRu, en: forecastEn },
  links: { ru: linksRu, en: linksEn },
  why: { ru: whyRu, en: whyEn },
} as const;
