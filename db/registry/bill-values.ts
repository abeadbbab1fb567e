import { isMistyped, type Proof } from "../../domain/identifiers/proof.ts";
import { LINE_PATTERN } from "../../domain/bill-texts.ts";
import type { LineFaultCode } from "../../domain/registry-faults.ts";
import { isFormula } from "../../domain/registry-values.ts";

/** What is wrong with one field of a line. */
export type Fault = { readonly field: string; readonly code: LineFaultCode };

/** The values of one line by the numbers of their columns, and the faults that were found while reading them. */
export class LineValues {
  readonly faults: Fault[] = [];

  constructor(private readonly values: readonly string[]) {}

  /** The value of a column without the blanks around it; null where there is no such column or nothing in it. */
  at(column: number | undefined): string | null {
    const value = column === undefined ? undefined : this.values[column - 1]?.trim();
    return value === undefined || value === "" ? null : value;
  }

  /** A value as `read` understands it; what it does not understand (`null`) is a fault. Null where there is nothing. */
  read<Value>(
    field: string,
    column: number | undefined,
    code: LineFaultCode,
    read: (text: string) => Value | null,
  ): Value | null {
    const text = this.at(column);
    if (text === null) return null;
    const value = read(text);
    if (value === null) this.refuse(field, code);
    return value;
  }

  /** One line of words for people, which must never begin like a formula. */
  words(field: string, column: number | undefined, longest: number): string | null {
    const text = this.at(column);
    if (text === null) return null;
    if (isFormula(text)) return this.refuse(field, "formula-refused");
    if (text.length > longest || !LINE_PATTERN.test(text)) return this.refuse(field, "text-not-allowed");
    return text;
  }

  /** An identifier, proved by its check digit where it has one, in its normal form. */
  identifier<Value>(
    field: string,
    column: number | undefined,
    parse: (text: string) => Proof<Value>,
    normal: (value: Value) => string,
  ): string | null {
    const text = this.at(column);
    if (text === null) return null;
    return this.proved(field, parse(text), normal);
  }

  /** What was proved, in its normal form; else it is a fault. */
  proved<Value, Normal>(field: string, proof: Proof<Value>, normal: (value: Value) => Normal): Normal | null {
    if (proof.ok) return normal(proof.value);
    return this.refuse(field, isMistyped(proof) ? "check-digit-wrong" : "identifier-misshapen");
  }

  refuse(field: string, code: LineFaultCode): null {
    this.faults.push({ field, code });
    return null;
  }
}
