import type { Biller, BillerDetails, BillerName, Category } from "../../api/client.ts";

const ofCatalogue = {
  categoryTitle: "Коммунальные услуги",
  audience: "person" as const,
  section: "main" as const,
  region: "77",
  allowedMethods: ["bank_card"],
};
const ofCategory = { audience: "person" as const, section: "main" as const, region: null, billers: 1 };

export const knownCategories: Category[] = [
  { id: "utilities", title: "Коммунальные услуги", ...ofCategory },
  { id: "education", title: "Образование", ...ofCategory, section: "additional" },
];

/** A biller as lists show it. */
export function listed(biller: BillerName): Biller {
  return { ...biller, ...ofCatalogue };
}

const payerCode = {
  key: "payerCode",
  title: "Код плательщика",
  hint: "Десять цифр на квитанции",
  example: "7700123456",
  identifier: "epd-payer-code" as const,
  pattern: null,
  optional: false,
};

/** What the API tells about one of them. */
export function detailsOf(one: Biller, payee: BillerDetails["payee"]): BillerDetails {
  return {
    ...one,
    payee,
    reference: { fields: [payerCode], period: "month" },
    discount: null,
    hours: [{ days: [1, 2], from: "09:00", until: "18:00" }],
    withoutBill: null,
    balances: null,
    zone: "Europe/Moscow",
  };
}

/** Who gets the money of every bill here. */
export const payee = {
  name: "ГКУ «Городские коммунальные услуги»",
  inn: "7700990010",
  kpp: "770001001",
  bic: "044525225",
  account: "40702810900000000301",
};

/** The biller of most bills. */
export const biller = {
  id: "gorod-zhkh",
  name: "Городские коммунальные услуги",
  title: "Городские коммунальные услуги",
  category: "utilities",
};
/** A biller of another category. */
export const school = {
  id: "school-1507",
  name: "Школа № 1507",
  title: "Школа № 1507",
  category: "education",
};
