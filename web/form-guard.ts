import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { WebContext } from "./desk.ts";
import type { Visit } from "./visit.ts";

/** The fields of a form as text; a field that came several times is a list. */
export interface SentForm {
  /** The field, trimmed; empty when it is absent. */
  text(name: string): string;
  /** All values of a field, in order. */
  list(name: string): readonly string[];
  /** Names one pressing of one button on one page: the same for both halves of a double click. */
  readonly onceKey: string;
}

/** Why a form is not taken. */
export type FormRefusal = "foreign-origin" | "stale-form" | "not-a-form";

/** More is no form of ours. */
export const largestFormBytes = 64 * 1024;

/** Reads a form of ours, or says why it is none: another site's, without its session's token, or no form at all. */
export async function readForm(
  c: WebContext,
  guard: {
    readonly publicOrigin: string;
    readonly isFormToken: (sessionId: string, token: string) => boolean;
  },
): Promise<SentForm | FormRefusal> {
  const origin = c.req.header("origin");
  if (origin !== undefined && origin !== guard.publicOrigin) return "foreign-origin";
  if (!isForm(c)) return "not-a-form";
  const body = new URLSearchParams(await c.req.text());
  const { session, here } = c.get("visit");
  if (!session || !guard.isFormToken(session.id, body.get("token") ?? "")) return "stale-form";
  return sentForm(body, session, here);
}

function isForm(c: Context): boolean {
  const type = c.req.header("content-type") ?? "";
  return type.toLowerCase().startsWith("application/x-www-form-urlencoded");
}

function sentForm(body: URLSearchParams, session: NonNullable<Visit["session"]>, here: string): SentForm {
  // The whole form is part of the key: who goes back and changes a field means another action than before.
  const fields = [...body].filter(([name]) => name !== "token");
  const onceKey = createHash("sha256")
    .update(JSON.stringify([session.sub, here, fields]))
    .digest("base64url");
  return {
    text: (name) => (body.get(name) ?? "").trim(),
    list: (name) => body.getAll(name).map((value) => value.trim()),
    onceKey,
  };
}
