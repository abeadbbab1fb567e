/**
 * A request as the gate keeps it: the address and the very form that goes over the wire. Written once, before the first transmission, so that
 * no deploy and no newer SDK changes a request under way.
 */
export type StoredRequest = { readonly path: string; readonly form: string };

type Field = string | number | boolean | readonly string[] | { readonly [name: string]: Field };
export type Fields = { readonly [name: string]: Field };

/** Writes a request; equal fields in equal order give equal bytes. */
export function store(path: string, fields: Fields): Uint8Array {
  const request: StoredRequest = { path, form: formOf(fields) };
  return new TextEncoder().encode(JSON.stringify(request));
}

/** Reads what {@link store} wrote for a path of this form; `null` for anything else. */
export function stored(bytes: Uint8Array, path: RegExp): StoredRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Bytes of another gateway, or damaged ones: the caller sends nothing.
    return null;
  }
  if (typeof value !== "object" || value === null || !("path" in value) || !("form" in value)) return null;
  const { path: address, form } = value;
  if (typeof address !== "string" || typeof form !== "string" || !path.test(address)) return null;
  return { path: address, form };
}

/** The vendor's form encoding: nested names in brackets, list items numbered. */
function formOf(fields: Fields): string {
  return Object.entries(fields)
    .flatMap(([name, field]) => pairsOf(name, field))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
}

function pairsOf(name: string, field: Field): [string, string][] {
  if (typeof field !== "object") return [[name, String(field)]];
  return Object.entries(field).flatMap(([inner, value]: [string, Field]) =>
    pairsOf(`${name}[${inner}]`, value),
  );
}
