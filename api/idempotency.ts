import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { Database } from "../db/database.ts";
import type { DB } from "../db/generated/database.ts";
import {
  type CommandClaim,
  type CommandLease,
  type CommandName,
  claimCommand,
  freeCommand,
  rememberMade,
  type StoredAnswer,
  storeAnswer,
} from "../db/queries/idempotency.ts";
import { principalOf } from "../db/rights/acting.ts";
import type { Sealer } from "../db/sealed.ts";
import { callerOfRequest } from "./authentication.ts";
import type { ApiDependencies } from "./dependencies.ts";
import type { Api, ApiContext, ApiEnvironment } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** A process that dies holds a key this long; its own work never takes so long. Losing the lease is safe, only slow. */
const LEASE_SECONDS = 20;
/** Longer than a command waits for its first result, so that equal calls that come together get equal answers. */
const PATIENCE_MS = 5_000;
const POLL_MS = 40;
const KEPT_HEADERS = ["content-type", "content-language", "location"];

/** One command being carried out. */
export type Command = {
  /** What an earlier try of this very command wrote before its process died; then nothing is written again. */
  readonly madeId: string | null;
  /** Records what is being made, in the transaction that makes it. */
  readonly made: (transaction: Kysely<DB>, id: string) => Promise<void>;
};

type CommandContext<Route extends CommandRoute> = Parameters<RouteHandler<Route, ApiEnvironment>>[0];
type CommandRoute = RouteConfig & { getRoutingPath(): string };

/** Serves a route as a command: its handler runs once for each key. */
export type AddCommand = <Route extends CommandRoute>(
  api: Api,
  route: Route,
  handle: (
    c: CommandContext<Route>,
    command: Command,
  ) => Promise<Awaited<ReturnType<RouteHandler<Route, ApiEnvironment>>>>,
) => void;

/**
 * Makes a handler answer equal requests equally (A3): the key is claimed for caller and content, the first to come does the work, others wait for its
 * answer. Kept are answers that did something (2xx); a refusal wrote nothing and frees the key, a failure of ours frees it for the next try.
 */
export function commandsOver({
  db,
  sealer,
  claimKey,
}: Pick<ApiDependencies, "db" | "sealer" | "claimKey">): AddCommand {
  return (api, route, handle) => {
    const handler = async (c: CommandContext<typeof route>) => {
      const name = nameOf(c);
      const claim = await waitForClaim(db, { ...name, fingerprint: fingerprintOf(c, claimKey) });
      if (claim.kind === "done") return restored(sealer, name, claim.answer);
      const command: Command = {
        madeId: claim.madeId,
        made: (transaction, id) => rememberMade(transaction, claim.lease, id),
      };
      return keepAnswer({ db, sealer, lease: claim.lease }, () => handle(c, command));
    };
    api.openapi(route, handler);
  };
}

function nameOf(c: ApiContext): CommandName {
  return { principal: principalOf(callerOfRequest(c)), key: readKey(c.req.header("idempotency-key")) };
}

/** The header is a quoted string in the draft of the IETF, and bare in most clients: both are one key. */
function readKey(header: string | undefined): string {
  if (header === undefined) throw new Refusal("idempotency-key-missing");
  const key = /^"(?<quoted>.*)"$/.exec(header.trim())?.groups?.["quoted"] ?? header.trim();
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new Refusal("idempotency-key-invalid");
  return key;
}

/** Keyed: a body may hold a number that few guesses would find again in a bare hash. */
function fingerprintOf(c: ApiContext, secret: Uint8Array): string {
  const { pathname, search } = new URL(c.req.url);
  const mac = createHmac("sha256", secret);
  return mac.update(`command\n${c.req.method} ${pathname}${search}\n`).update(c.get("rawBody")).digest("hex");
}

async function waitForClaim(
  db: Database,
  command: CommandName & { readonly fingerprint: string },
): Promise<Extract<CommandClaim, { kind: "claimed" | "done" }>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const claim = await claimCommand(db, { ...command, leaseSeconds: LEASE_SECONDS });
    if (claim.kind === "claimed" || claim.kind === "done") return claim;
    if (claim.kind === "other") throw new Refusal("idempotency-key-reused");
    if (performance.now() > deadline) throw new Refusal("idempotency-key-in-flight");
    await pause(POLL_MS);
  }
}

async function keepAnswer(
  { db, sealer, lease }: { readonly db: Database; readonly sealer: Sealer; readonly lease: CommandLease },
  work: () => Promise<unknown>,
): Promise<Response> {
  try {
    // Hono types an answer by its JSON; what runs is a Response.
    const answer = (await work()) as Response;
    await storeAnswer(db, lease, await stored(sealer, lease, answer));
    return answer;
  } catch (cause) {
    // Where even this fails the lease ends by itself; what went wrong first is what the caller hears.
    await freeCommand(db, lease).catch(() => undefined);
    throw cause;
  }
}

/** An answer may hold the bank's address or a person's account: it is kept sealed. */
async function stored(sealer: Sealer, name: CommandName, response: Response): Promise<StoredAnswer> {
  const headers: Record<string, string> = {};
  for (const header of KEPT_HEADERS) {
    const value = response.headers.get(header);
    if (value !== null) headers[header] = value;
  }
  const body = sealer.seal(await response.clone().text(), rowOf(name)).toString("base64");
  return { status: response.status, headers, body };
}

function restored(sealer: Sealer, name: CommandName, answer: StoredAnswer): Response {
  const body = sealer.open(Buffer.from(answer.body, "base64"), rowOf(name)).toString("utf8");
  return new Response(body, { status: answer.status, headers: answer.headers });
}

function rowOf({ principal, key }: CommandName): string {
  return JSON.stringify([principal, key]);
}
