import { createHash } from "node:crypto";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { WebContext, WebEnv } from "./desk.ts";
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

/** A form must have come in whole by then, the picture of a bill over a slow line included. */
const WHOLE_FORM_MS = 60_000;
const FORM_BYTES = 64 * 1024;
/** As large a picture as the API takes. */
const PICTURE_BYTES = 5 * 1024 * 1024;

/** More is no form of ours. Only where the QR of a bill is read a form may bring a picture. */
const limiters = { form: limiterOf(FORM_BYTES), picture: limiterOf(PICTURE_BYTES + FORM_BYTES) };

function limiterOf(maxSize: number) {
  return bodyLimit({ maxSize, onError: (c) => c.newResponse(null, 413) });
}

/** Why a body cannot be a form of ours, before anybody looks into it; `slow`: it has no length and does not end. */
export async function refuseBody(c: Context<WebEnv, string>): Promise<"large" | "slow" | undefined> {
  const limiter = c.req.path === scanningPath ? limiters.picture : limiters.form;
  // Reads what comes without a length; whatever names one is read later, by whoever wants it.
  const limited = limiter(c, async () => undefined).then((refusal) => (refusal ? "large" : "fits"));
  const said = await inTime(c, limited);
  return said === "fits" ? undefined : (said ?? "slow");
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
    const text = await inTime(c, c.req.text());
    return text === undefined ? undefined : { fields: new URLSearchParams(text), files: new Map() };
  }
  if (c.req.path !== scanningPath || !type.startsWith("multipart/form-data")) return undefined;
  const form = await inTime(c, c.req.formData().catch(refuseBroken));
  return form && takeApart(form);
}

/** Nothing when the form does not come in time: who drips it byte by byte gets an answer, and the connection ends with it. */
async function inTime<Value>(c: Context, reading: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      c.header("connection", "close");
      resolve(undefined);
    }, WHOLE_FORM_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
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
