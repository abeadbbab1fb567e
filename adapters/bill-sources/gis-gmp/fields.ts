import type { FieldFault } from "../port.ts";
import type { XmlElement } from "./xml.ts";

/** What checking a text answers; the proofs of `domain/identifiers/` are such answers. */
export type Check<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };

/** Faults of a proof that say "right in form, but one of the digits was mistyped". */
const MISTYPED: readonly string[] = ["check-digit", "account-key"];

/**
 * Reads the fields of one charge and gathers everything that is wrong with them, so that its issuer is told once and of all. A field that is wrong reads as
 * undefined; whoever builds on the fields looks at {@link faults} first.
 */
export class FieldReader {
  readonly faults: FieldFault[] = [];

  fault(field: string, why: FieldFault["why"]): undefined {
    this.faults.push({ field, why });
    return undefined;
  }

  /** An attribute that must be there, read by `read`. */
  required<Value>(
    element: XmlElement | undefined,
    name: string,
    read: (text: string) => Value | undefined,
  ): Value | undefined {
    const text = element?.attributes.get(name);
    if (text === undefined || text === "") return this.fault(name, "missing");
    return read(text) ?? this.fault(name, "format");
  }

  /** An attribute that may be absent: null then. */
  optional<Value>(
    element: XmlElement | undefined,
    name: string,
    read: (text: string) => Value | undefined,
  ): Value | null | undefined {
    return element?.attributes.has(name) === true ? this.required(element, name, read) : null;
  }

  /** Text that must be there and has a largest length. */
  text(element: XmlElement | undefined, name: string, most: number): string | undefined {
    const text = element?.attributes.get(name)?.trim();
    if (text === undefined || text === "") return this.fault(name, "missing");
    return text.length > most ? this.fault(name, "too-long") : text;
  }

  /** An identifier that proves itself by check digits. */
  proved<Value>(
    element: XmlElement | undefined,
    name: string,
    prove: (text: string) => Check<Value>,
  ): Value | undefined {
    const text = element?.attributes.get(name);
    if (text === undefined || text === "") return this.fault(name, "missing");
    const proof = prove(text);
    return proof.ok ? proof.value : this.fault(name, MISTYPED.includes(proof.why) ? "check-digit" : "format");
  }
}

/** Whole kopecks of zero or more. */
export function readKopecks(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whole kopecks, below zero too. */
export function readSignedKopecks(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) + 0 : undefined;
}

/** The parts of a thing, where none of them is missing. */
export function allRead<Parts extends Readonly<Record<string, unknown>>>(
  parts: Parts,
): { readonly [name in keyof Parts]: Exclude<Parts[name], undefined> } | undefined {
  if (Object.values(parts).includes(undefined)) return undefined;
  return parts as { [name in keyof Parts]: Exclude<Parts[name], undefined> };
}
