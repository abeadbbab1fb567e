import { TextDecoder } from "node:util";
import type { FileBiller } from "../../../db/registry/bill-reader.ts";
import { type RegistryFormat, registryFormatSchema } from "../../../db/registry/file-format.ts";
import { readRegistryFile, type FilePart, type ReaderState } from "../../../db/registry/file-reader.ts";

/** Seven columns with semicolons, as small billers export them. */
export function formatOf(change: object = {}): RegistryFormat {
  return registryFormatSchema.parse({
    encoding: "utf-8",
    separator: ";",
    decimal: ",",
    width: 7,
    columns: { account: 1, period: 2, amount: 3, dueOn: 4, purpose: 5, status: 6, version: 7 },
    statuses: { "1": "issued", "0": "annulled", "2": "paid" },
    ...change,
  });
}

export const biller: FileBiller = {
  id: "gorod-zhkh",
  category: "housing",
  discountRule: null,
  payee: {
    name: "ГКУ «Городские коммунальные услуги»",
    inn: "7700990010",
    kpp: "770001001",
    bic: "044525225",
    account: "40702810900000000301",
    correspondentAccount: null,
    kbk: null,
    oktmo: null,
  },
};

export function lineOf(change: { readonly [column: string]: string | number } = {}): string {
  const values = {
    account: "7700123456",
    period: "02.2026",
    amount: "5123,45",
    dueOn: "15.03.2026",
    purpose: "Коммунальные услуги",
    status: "1",
    version: "1",
    ...change,
  };
  return Object.values(values).join(";");
}

const decoder = new TextDecoder("windows-1251");
const codeOf = new Map(
  Array.from({ length: 128 }, (_, index) => [decoder.decode(Uint8Array.of(index + 128)), index + 128]),
);

/** A text in Windows-1251. */
export function in1251(text: string): Buffer {
  return Buffer.from(Array.from(text, (sign) => codeOf.get(sign) ?? sign.charCodeAt(0)));
}

export async function* streamOf(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(typeof part === "string" ? Buffer.from(part) : part);
}

export type WholeFile = {
  readonly bills: FilePart["bills"];
  readonly refused: readonly (readonly [line: number, ...faults: string[]])[];
  readonly state: ReaderState | undefined;
};

/** Reads a whole file; faults are written `code` or `code field`. */
export async function readAll(
  source: AsyncIterable<Uint8Array>,
  format: RegistryFormat = formatOf(),
  rest: { readonly state?: ReaderState; readonly fileVersion?: number } = {},
): Promise<WholeFile> {
  const bills: FilePart["bills"][number][] = [];
  const refused: (readonly [number, ...string[]])[] = [];
  let state: ReaderState | undefined;
  for await (const part of readRegistryFile(source, { format, biller, fileVersion: 1, ...rest })) {
    bills.push(...part.bills);
    for (const { line, faults } of part.refused) {
      refused.push([line, ...faults.map(({ field, code }) => `${code} ${field}`.trim())]);
    }
    state = part.state;
  }
  return { bills, refused, state };
}

export function readText(text: string, format?: RegistryFormat): Promise<WholeFile> {
  return readAll(streamOf(text), format);
}
