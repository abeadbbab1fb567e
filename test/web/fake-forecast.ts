import type { Forecast, ForecastLine } from "../../api/client.ts";

export function forecastOf(lines: ForecastLine[]): Forecast {
  return { from: "2026-11-24T09:00:00.000Z", until: "2027-02-22T09:00:00.000Z", lines };
}

export function forecastLine(over: Partial<ForecastLine> = {}): ForecastLine {
  return {
    kind: "debit",
    at: "2026-12-05T05:00:00.000Z",
    on: "2026-12-05",
    mandateId: "KV-7F3K-9Q2M-X4TM",
    biller: {
      id: "gorod-zhkh",
      name: "Городские коммунальные услуги",
      title: "Городские коммунальные услуги",
      category: "utilities",
    },
    billId: null,
    paymentId: null,
    period: "2026-12-01",
    amount: { amountMinor: 50_000, currency: "RUB" },
    method: { id: "KV-7F3K-9Q2M-X4TC", title: "MasterCard *4477" },
    reason: "schedule",
    why: "По расписанию автоплатежа",
    dependsOn: [],
    ...over,
  };
}
