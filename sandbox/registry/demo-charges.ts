import type { ChargeSeed } from "./charge-record.ts";
import { moscowDay, moscowTime } from "./charge-sums.ts";
import { chargeNumber } from "./numbers.ts";
import type { RegistryBook } from "./registry-book.ts";

const dayMs = 86_400_000;

/** Whom the demonstration's charges are about; invented. The organisation has a head office and a branch. */
export const demoPayers = {
  anna: { certificate: "77УН123456", payer: "12400000000077УН123456" },
  boris: { certificate: "50ОР123457", licence: "5012345678", payer: "12400000000050ОР123457" },
  clara: { certificate: "9900123456", payer: "1240000000009900123456" },
  organisation: { inn: "7736000010", kpps: ["773601001", "504701001"] },
} as const;

// Payees of the demonstration's billers "traffic-police" and "city-premises".
const roads = {
  name: "УФК (Дорожная полиция, демо)",
  inn: "7700991198",
  kpp: "770001001",
  account: "03100643000000090119",
  bic: "019999901",
  correspondentAccount: "40102810999990000001",
};
const property = {
  name: "УФК (Аренда городских помещений, демо)",
  inn: "7700991769",
  kpp: "770001001",
  account: "03100643000000090176",
  bic: "019999901",
  correspondentAccount: "40102810999990000001",
};
const fine = { kbk: "18811601123010001140", oktmo: "45381000", payee: roads, payerName: "Демонстрация" };
const rent = { kbk: "07111105011020000120", oktmo: "45348000", payee: property, payerName: "ООО «Ромашка»" };

/** What the city's registry holds at its first start: fines for the demo residents' cars, rent for the demo organisation. */
export function demoCharges(nowMs: number): readonly ChargeSeed[] {
  const ago = (days: number): string => moscowTime(nowMs - days * dayMs);
  const dayAhead = (days: number): string => moscowDay(new Date(nowMs + days * dayMs).toISOString());
  const received = (days: number): string => new Date(nowMs - days * dayMs).toISOString();
  const { anna, boris, clara, organisation } = demoPayers;
  const [head, branch] = organisation.kpps.map((kpp) => `200${organisation.inn}${kpp}`);
  const speeding = (
    serial: number,
    payerIdentifier: string,
    days: number,
    totalKopecks: number,
  ): ChargeSeed => ({
    ...fine,
    uin: chargeNumber("188", serial),
    billDate: ago(days),
    receivedAt: received(days),
    totalKopecks,
    purpose: "Штраф: превышение скорости, ст. 12.9 КоАП",
    payerIdentifier,
    paymentTerm: dayAhead(60 - days),
    discount: { kind: "size", value: "25", expiry: dayAhead(30 - days) },
  });
  const lease = (serial: number, payerIdentifier: string | undefined, purpose: string): ChargeSeed => ({
    ...rent,
    uin: chargeNumber("071", serial),
    billDate: ago(6),
    receivedAt: received(6),
    totalKopecks: 18_450_000,
    purpose,
    payerIdentifier: payerIdentifier ?? "0",
    paymentTerm: dayAhead(4),
  });
  return [
    speeding(26_110_001, anna.payer, 3, 75_000),
    // its discount is over
    speeding(26_110_002, anna.payer, 40, 75_000),
    {
      ...speeding(26_110_003, boris.payer, 10, 150_000),
      additionalPayerIdentifier: "1220000000005012345678",
    },
    {
      ...speeding(26_110_004, clara.payer, 2, 300_001),
      purpose: "Штраф: проезд на запрещающий сигнал, ст. 12.12 КоАП",
    },
    {
      ...speeding(26_110_005, clara.payer, 25, 50_000),
      meaning: "3",
      reason: "Отменено по жалобе",
      changeDate: ago(1),
    },
    lease(26_110_006, head, "Аренда нежилого помещения, ул. Солянка, 1"),
    {
      ...lease(26_110_007, branch, "Аренда нежилого помещения, Химки, ул. Энгельса, 7"),
      hiddenFromInn: true,
    },
  ];
}

/** Loads the demonstration into a registry that holds nothing yet; a restart changes nothing. */
export async function loadDemoCharges(book: RegistryBook): Promise<void> {
  if (book.charges().length > 0) return;
  await Promise.all(demoCharges(book.nowMs()).map((charge) => book.load(charge)));
}
