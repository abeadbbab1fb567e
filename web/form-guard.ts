import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { WebContext } from "./desk.ts";
import { scanningPath } from "./scanning-path.ts";
import type { Visit } from "./visit.ts";

/** A file that came with a form. */
export interface SentFile {
  readonly bytes: Uint8Array;
  /** What the browser takes it for; its bytes may say otherwise. */
  readonly mediaType: string;
}

/** The fields of a form as text; a field that came several times is a list. */
export interface SentForm {
  /** The field, trimmed; empty when it is absent. */
  text(name: string): string;
  /** All values of a field, in order. */
  list(name: string): readonly string[];
  /** A file that was chosen; undefined when none was. */
  file(name: string): SentFile | undefined;
  /** Names one pressing of one button on one page: the same for both halves of a double click. */
  readonly onceKey: string;
}

/** Why a form is not taken. */
export type FormRefusal = "foreign-origin" | "stale-form" | "not-a-form";

const FORM_BYTES = 64 * 1024;
/** As large a picture as the API takes. */
const PICTURE_BYTES = 5 * 1024 * 1024;

/** More is no form of ours. Only where the QR of a bill is read a form may bring a picture. */
export function largestFormBytes(path: string): number {
  return path === scanningPath ? PICTURE_BYTES + FORM_BYTES : FORM_BYTES;
}

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
  const body = await readFields(c);
  if (body === undefined) return "not-a-form";
  const { session, here } = c.get("visit");
  if (!session || !guard.isFormToken(session.id, body.fields.get("token") ?? "")) return "stale-form";
  return sentForm(body, session, here);
}

interface Fields {
  readonly fields: URLSearchParams;
  readonly files: ReadonlyMap<string, SentFile>;
}

async function readFields(c: Context): Promise<Fields | undefined> {
  const type = (c.req.header("content-type") ?? "").toLowerCase();
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return { fields: new URLSearchParams(await c.req.text()), files: new Map() };
  }
  if (c.req.path !== scanningPath || !type.startsWith("multipart/form-data")) return undefined;
  const form = await c.req.formData().catch(refuseBroken);
  return form && takeApart(form);
}

/** Parts that cannot be told apart are no form; everything else is a failure of ours. */
function refuseBroken(cause: unknown): undefined {
  if (cause instanceof TypeError) return undefined;
  throw cause;
}

async function takeApart(form: FormData): Promise<Fields> {
  const fields = new URLSearchParams();
  const files = new Map<string, SentFile>();
  for (const [name, value] of form) {
    if (typeof value === "string") fields.append(name, value);
    // A file field that nothing was chosen for comes as a file without name and content.
    else if (value.size > 0) {
      files.set(name, { bytes: new Uint8Array(await value.arrayBuffer()), mediaType: value.type });
    }
  }
  return { fields, files };
}

function sentForm(
  { fields: body, files }: Fields,
  session: NonNullable<Visit["session"]>,
  here: string,
): SentForm {
  // The whole form is part of the key: who goes back and changes a field means another action than before.
  const fields = [...body].filter(([name]) => name !== "token");
  const hash = createHash("sha256").update(JSON.stringify([session.sub, here, fields]));
  for (const { bytes } of files.values()) hash.update(bytes);
  const onceKey = hash.digest("base64url");
  return {
    text: (name) => (body.get(name) ?? "").trim(),
    file: (name) => files.get(name),
    list: (name) => body.getAll(name).map((value) => value.trim()),
    onceKey,
  };
}
