import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { SealPurpose, Seals } from "./sealed-values.ts";

/** Browsers keep at most 4096 bytes a cookie, name and attributes included. */
const chunkLength = 3500;
const chunkLimit = 5;

/** Where a sealed value lies in the browser. */
export interface CookieShelf {
  readonly seals: Seals;
  /** True when the page is served over https: cookies then never leave over http, and bear the `__Host-` name. */
  readonly secure: boolean;
}

/** Which cookie: a purpose, and an id where there may be several of them side by side. */
export interface CookieName {
  readonly purpose: SealPurpose;
  readonly id?: string;
}

/** Seals a value into as many cookies as its length needs. Throws `RangeError` beyond 17 kB. */
export async function keepSealed(
  c: Context,
  shelf: CookieShelf,
  name: CookieName,
  kept: { readonly value: unknown; readonly lifetimeSeconds: number },
): Promise<void> {
  const sealed = await shelf.seals.seal(name.purpose, kept.value, kept.lifetimeSeconds);
  const chunks = sealed.match(new RegExp(`.{1,${chunkLength}}`, "g")) ?? [];
  if (chunks.length > chunkLimit) throw new RangeError(`cookie ${name.purpose}: ${sealed.length} characters`);
  for (let index = 0; index < chunkLimit; index += 1) {
    const chunk = chunks[index];
    const old = cookieName(shelf, name, index);
    if (chunk !== undefined) setCookie(c, old, chunk, attributes(shelf, kept.lifetimeSeconds));
    else if (getCookie(c, old) !== undefined) setCookie(c, old, "", attributes(shelf, 0));
  }
}

/** Opens what {@link keepSealed} kept; undefined when it is absent, foreign or too old. */
export async function readSealed(c: Context, shelf: CookieShelf, name: CookieName): Promise<unknown> {
  let sealed = "";
  for (let index = 0; index < chunkLimit; index += 1) {
    const chunk = getCookie(c, cookieName(shelf, name, index));
    if (chunk === undefined) break;
    sealed += chunk;
  }
  return sealed === "" ? undefined : shelf.seals.open(name.purpose, sealed);
}

/** Takes a sealed value away from the browser. */
export function dropSealed(c: Context, shelf: CookieShelf, name: CookieName): void {
  for (let index = 0; index < chunkLimit; index += 1) {
    const known = cookieName(shelf, name, index);
    if (getCookie(c, known) !== undefined) setCookie(c, known, "", attributes(shelf, 0));
  }
}

function cookieName(shelf: CookieShelf, { purpose, id }: CookieName, index: number): string {
  const parts = ["kvitok", purpose, id, index === 0 ? undefined : String(index)].filter(Boolean);
  return `${shelf.secure ? "__Host-" : ""}${parts.join("-")}`;
}

function attributes(shelf: CookieShelf, maxAge: number) {
  return { path: "/", httpOnly: true, secure: shelf.secure, sameSite: "Lax", maxAge } as const;
}
