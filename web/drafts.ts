import { z } from "zod";
import type { WebContext } from "./desk.ts";
import { type CookieName, type CookieShelf, dropSealed, keepSealed, readSealed } from "./sealed-cookies.ts";

const draftShape = z.object({ sub: z.string(), draft: z.unknown() });

function nameOf(id: string | undefined): CookieName {
  return { purpose: "draft", ...(id === undefined ? {} : { id }) };
}

/**
 * Keeps what somebody is in the middle of, sealed in the browser for `lifetimeSeconds` and for them alone. `id` tells several drafts apart.
 * Throws when nobody is signed in, and `RangeError` beyond 17 kB.
 */
export function keepDraft(
  c: WebContext,
  shelf: CookieShelf,
  kept: { readonly id?: string; readonly draft: unknown; readonly lifetimeSeconds: number },
): Promise<void> {
  const { session } = c.get("visit");
  if (session === undefined) throw new Error("a draft needs somebody who drafts it");
  const { id, draft, lifetimeSeconds } = kept;
  return keepSealed(c, shelf, nameOf(id), { value: { sub: session.sub, draft }, lifetimeSeconds });
}

/** What {@link keepDraft} kept; undefined when there is none, it is too old, or somebody else began it: browsers are shared, and cookies are planted. */
export async function readDraft(c: WebContext, shelf: CookieShelf, id?: string): Promise<unknown> {
  const read = draftShape.safeParse(await readSealed(c, shelf, nameOf(id)));
  return read.success && read.data.sub === c.get("visit").session?.sub ? read.data.draft : undefined;
}

/** Takes a draft away. */
export function dropDraft(c: WebContext, shelf: CookieShelf, id?: string): void {
  dropSealed(c, shelf, nameOf(id));
}
