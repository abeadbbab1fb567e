import type { ArchiveEntry, ArchivePage, ArchiveSum, Page, Template } from "../../api/client.ts";

export const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" }) as const;

const biller = {
  id: "gorod-zhkh",
  name: "Городские коммунальные услуги",
  title: "Городские коммунальные услуги",
  category: "utilities",
};

/** A line of the archive: a payment of October, unless said otherwise. */
export function archived(over: Partial<ArchiveEntry> = {}): ArchiveEntry {
  return {
    kind: "payment",
    billId: "KV-7F3K-9Q2M-X4T1",
    paymentId: "KV-7F3K-9Q2M-X4TR",
    at: "2026-11-20T06:00:05.000Z",
    on: "2026-11-20",
    state: "paid",
    biller,
    categoryTitle: "Коммунальные услуги",
    purpose: "Квартплата",
    account: "7700123456",
    period: "2026-10",
    uin: null,
    amount: rub(512_345),
    returned: rub(0),
    dueOn: "2026-12-10",
    livemode: false,
    ...over,
  };
}

/** A page in the middle of an archive. */
export function archiveOf(items: readonly ArchiveEntry[]): ArchivePage {
  return { items: [...items], nextCursor: "older", previousCursor: "newer" };
}

export const sums: Page<ArchiveSum> = {
  items: [
    {
      year: 2026,
      category: "utilities",
      categoryTitle: "Коммунальные услуги",
      payments: 11,
      paid: rub(5_635_795),
      returned: rub(0),
    },
    {
      year: 2026,
      category: "charity",
      categoryTitle: "Благотворительность",
      payments: 2,
      paid: rub(100_000),
      returned: rub(50_000),
    },
    {
      year: 2025,
      category: "utilities",
      categoryTitle: "Коммунальные услуги",
      payments: 12,
      paid: rub(6_148_140),
      returned: rub(0),
    },
  ],
  nextCursor: null,
};

/** A template that pays what is due, unless said otherwise. */
export function template(over: Partial<Template> = {}): Template {
  return {
    id: "KV-7F3K-9Q2M-X4TT",
    name: "Мамина квартира",
    biller,
    account: "7700123456",
    amount: null,
    due: [],
    createdAt: "2026-11-01T09:00:00.000Z",
    ...over,
  };
}
