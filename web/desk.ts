import { setTimeout as pause } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Logger } from "pino";
import { type Client, type ClientOptions, createClient } from "../api/client.ts";
import type { Locale } from "../words/locale.ts";
import type { WebDependencies } from "./dependencies.ts";
import type { SentForm } from "./form-guard.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import type { CookieShelf } from "./sealed-cookies.ts";
import type { Session } from "./session.ts";
import type { Visit } from "./visit.ts";

/** What our middleware leaves in the request's context. `form` is there for every POST that got through the guard. */
export type WebEnv = { Variables: { visit: Visit; form: SentForm } };

export type WebContext = Context<WebEnv>;

/** What the routes work with. */
export interface Desk {
  readonly dependencies: WebDependencies;
  readonly publicOrigin: string;
  readonly shelf: CookieShelf;
  readonly identity: IdentityProvider;
  readonly log: Logger;
  /** The API for whoever is signed in. Throws when nobody is: the guard in front of the routes lets nobody else pass. */
  readonly engine: (c: WebContext) => Client;
}

/** Makes clients that never leave the process, in the person's name and language. */
export function engineFor(dependencies: WebDependencies): Desk["engine"] {
  return (c) => {
    const { session, locale } = c.get("visit");
    return engineOf(dependencies, c, { session: signedIn(session), locale });
  };
}

/** The client of one session, also of one that the visit does not know yet. */
export function engineOf(
  dependencies: WebDependencies,
  c: Context,
  of: { readonly session: Pick<Session, "id" | "accessToken">; readonly locale: Locale },
): Client {
  return createClient({
    baseUrl: dependencies.publicUrl,
    token: of.session.accessToken,
    session: of.session.id,
    fetch: (request) => askPatiently(dependencies.api, request),
    locale: of.locale,
    channel: "web",
    payer: payerOf(c),
  });
}

/** The client of whoever is there, in nobody's name: for what a link of a message allows its holder. */
export function guestOf(dependencies: WebDependencies, c: WebContext): Client {
  return createClient({
    baseUrl: dependencies.publicUrl,
    fetch: (request) => askPatiently(dependencies.api, request),
    locale: c.get("visit").locale,
    channel: "web",
    payer: payerOf(c),
  });
}

function signedIn(session: Session | undefined): Session {
  if (session === undefined) throw new Error("a route that needs a person was reached without one");
  return session;
}

/** Address and device stand in the proof of a consent. Whose word about the address counts is the API's to judge. */
function payerOf(c: Context): NonNullable<ClientOptions["payer"]> {
  const bindings = c.env as Partial<HttpBindings> | undefined;
  const address = bindings?.incoming?.socket.remoteAddress;
  const forwardedFor = c.req.header("x-forwarded-for");
  const userAgent = c.req.header("user-agent");
  return {
    ...(address === undefined ? {} : { address }),
    ...(forwardedFor === undefined ? {} : { forwardedFor }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}

const inFlightTries = 40;
const inFlightPauseMs = 250;

/** The second half of a double click waits for the answer of the first instead of telling about itself. */
async function askPatiently(api: WebDependencies["api"], request: Request): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await api(request.clone());
    if (response.status !== 409 || attempt === inFlightTries || !(await isInFlight(response.clone())))
      return response;
    await pause(inFlightPauseMs);
  }
}

async function isInFlight(response: Response): Promise<boolean> {
  const problem: unknown = await response.json();
  return (
    typeof problem === "object" &&
    problem !== null &&
    "code" in problem &&
    problem.code === "idempotency-key-in-flight"
  );
}
