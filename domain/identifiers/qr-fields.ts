/**
 * Fields of a payment QR (ГОСТ Р 56042-2014) with the most characters each may have, or the exact number; null: the standard sets none. The first five
 * must be there, in this order.
 */
export const QR_FIELDS = {
  Name: { most: 160 },
  PersonalAcc: { exactly: 20 },
  BankName: { most: 45 },
  BIC: { exactly: 9 },
  CorrespAcc: { most: 20 },
  Sum: { most: 18 },
  Purpose: { most: 210 },
  PayeeINN: { most: 12 },
  PayerINN: { most: 12 },
  DrawerStatus: { most: 2 },
  KPP: { most: 9 },
  CBC: { most: 20 },
  OKTMO: { most: 11 },
  PaytReason: { most: 2 },
  TaxPeriod: { most: 10 },
  DocNo: { most: 15 },
  DocDate: { most: 10 },
  TaxPaytKind: { most: 2 },
  LastName: null,
  FirstName: null,
  MiddleName: null,
  PayerAddress: null,
  PersonalAccount: null,
  DocIdx: null,
  PensAcc: null,
  Contract: null,
  PersAcc: null,
  Flat: null,
  Phone: null,
  PayerIdType: null,
  PayerIdNum: null,
  ChildFio: null,
  BirthDate: null,
  PaymTerm: null,
  PaymPeriod: null,
  Category: null,
  ServiceName: null,
  CounterId: null,
  CounterVal: null,
  QuittId: null,
  QuittDate: null,
  InstNum: null,
  ClassNum: null,
  SpecFio: null,
  AddAmount: null,
  RuleId: null,
  ExecId: null,
  RegType: null,
  UIN: null,
  TechCode: null,
} as const satisfies Record<string, { readonly most: number } | { readonly exactly: number } | null>;

export type QrField = keyof typeof QR_FIELDS;

export const MANDATORY_QR_FIELDS = ["Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc"] as const;

/** Cyrillic letters that look like Latin ones, capital and small: one writer of payment QRs writes the key CBC with them. */
const LOOK_ALIKES = new Map(
  Array.from("АВЕКМНОРСТУХаеорсух", (letter, index) => [letter, "ABEKMHOPCTYXaeopcyx".charAt(index)]),
);
const BY_SMALL_NAME = new Map(
  Object.keys(QR_FIELDS).map((name) => [name.toLowerCase(), name as QrField] as const),
);

/** The field that a key names, whatever the case and alphabet of its letters. */
export function fieldNamed(key: string): QrField | undefined {
  const latin = Array.from(key.trim(), (letter) => LOOK_ALIKES.get(letter) ?? letter).join("");
  return BY_SMALL_NAME.get(latin.toLowerCase());
}

/** A value that is longer than its field may be, or not of its exact length. */
export function lengthFault(
  field: QrField,
  value: string,
): { readonly why: "field-too-long" | "field-length"; readonly limit: number } | undefined {
  const limit: { readonly most?: number; readonly exactly?: number } = QR_FIELDS[field] ?? {};
  const length = Array.from(value).length;
  if (limit.exactly !== undefined && length !== limit.exactly) {
    return { why: "field-length", limit: limit.exactly };
  }
  return limit.most !== undefined && length > limit.most
    ? { why: "field-too-long", limit: limit.most }
    : undefined;
}
