import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { z } from "zod";
import { type CookieShelf, dropSealed, keepSealed, readSealed } from "./sealed-cookies.ts";

/** Somebody who has signed in, as the sealed cookie tells it; whether they still are, the engine knows. */
export type Session = z.infer<typeof sessionShape>;

const sessionShape = z.object({
  /** 256 random bits, whose hash is a row of the engine: while that row lives, so does the session. The form tokens are bound to it, too. */
  id: z.string(),
  sub: z.string(),
  name: z.string(),
  locale: z.enum(["ru", "en"]),
  /** IANA name; dates and times are written in it. */
  zone: z.string(),
  roles: z.array(z.string()),
  /** For the API, never shown to the browser in the clear. */
  accessToken: z.string(),
  /** Seconds since 1970. */
  expiresAt: z.number(),
});

/** How long one signs in for, whatever the access token would allow. */
export const sessionSeconds = 12 * 60 * 60;

/** The secret of a new session. */
export function newSessionId(): string {
  return randomBytes(32).toString("base64url");
}

const name = { purpose: "session" } as const;

/** Keeps a session in the browser until its end. */
export function keepSession(c: Context, shelf: CookieShelf, session: Session): Promise<void> {
  const lifetimeSeconds = Math.max(1, session.expiresAt - Math.floor(Date.now() / 1000));
  return keepSealed(c, shelf, name, { value: session, lifetimeSeconds });
}

/** Who is signed in, if anybody. */
export async function readSession(c: Context, shelf: CookieShelf): Promise<Session | undefined> {
  const read = sessionShape.safeParse(await readSealed(c, shelf, name));
  return read.success && read.data.expiresAt > Date.now() / 1000 ? read.data : undefined;
}

/** Forgets the session in this browser. */
export function dropSession(c: Context, shelf: CookieShelf): void {
  dropSealed(c, shelf, name);
}
