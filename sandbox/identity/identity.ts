import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { Provider } from "oidc-provider";
import { listenServer } from "../city-server.ts";
import { type MintedToken, mintAccessToken, personOfAccessToken, type TokenIssuer } from "./access-token.ts";
import { claimsOf, personByLogin } from "./demo-people.ts";
import { GrantStore } from "./grant-adapter.ts";
import { errorPage, languageOf, signInPage } from "./identity-pages.tsx";
import { providerConfiguration } from "./provider-configuration.ts";
import { loadSigningKeys } from "./signing-keys.ts";

export interface IdentityOptions {
  /** 0 takes any free port; the issuer is `http://127.0.0.1:PORT`, so a restart should take the same one. */
  readonly port: number;
  /** Where keys, sessions and grants lie; made when missing. */
  readonly dataDir: string;
  /** The resident page, e.g. `http://127.0.0.1:4600`. */
  readonly pageUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Identity {
  readonly issuer: string;
  /** An access token as the code flow would give it; undefined when nobody has that login. */
  mint(login: string): Promise<MintedToken | undefined>;
  close(): Promise<void>;
}

/** Starts the identity provider. Rejects with the system's error when the port or the folder cannot be had. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const keys = await loadSigningKeys(options.dataDir);
  const store = new GrantStore(options.dataDir);
  const server = createServer();
  const http = await listenServer(server, options.port).catch(async (cause: unknown) => {
    await store.close();
    throw cause;
  });
  // The issuer's name holds the port, so the provider is made after the port is known; nobody can have asked before.
  const from: TokenIssuer = { issuer: http.url, clientId: options.clientId, keys };
  const provider = new Provider(http.url, providerConfiguration(from, options, store));
  provider.on("server_error", (_context, cause) => console.error("identity:", cause));
  const oidc = provider.callback();
  const own = getRequestListener(ownRoutes(provider, from).fetch);
  server.on("request", (request, response) => {
    const mine =
      request.url === "/" || request.url?.startsWith("/interaction/") || isUserinfoWithOurToken(request);
    const handled = mine ? own(request, response) : oidc(request, response);
    handled.catch((cause: unknown) => failLoudly(response, cause));
  });
  return {
    issuer: http.url,
    mint: async (login) => {
      const person = personByLogin(login);
      return person && mintAccessToken(from, person);
    },
    close: async () => {
      await http.close();
      await store.close();
    },
  };
}

function failLoudly(response: ServerResponse, cause: unknown): void {
  console.error("identity:", cause);
  if (!response.headersSent) response.writeHead(500);
  response.end();
}

/** The library answers userinfo only for opaque tokens; ours are JWTs, as at most providers, and are answered here. */
function isUserinfoWithOurToken(request: IncomingMessage): boolean {
  const [path] = (request.url ?? "").split("?");
  return path === "/me" && /^bearer\s+[^.\s]+\.[^.\s]+\.[^.\s]+$/i.test(request.headers.authorization ?? "");
}

function ownRoutes(provider: Provider, from: TokenIssuer): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((cause, c) => {
    // What the library throws for an unknown, finished or foreign sign-in.
    if (cause.name !== "SessionNotFound") throw cause;
    const language = languageOf(c.req.header("accept-language") ?? "");
    return c.html(errorPage(language, { error: "session_not_found", error_description: cause.message }), 400);
  });
  app.get("/", (c) =>
    c.text("Sandbox identity provider: /.well-known/openid-configuration. Sign in from the page.\n"),
  );
  app.get("/interaction/:uid", async (c) => {
    const interaction = await provider.interactionDetails(c.env.incoming, c.env.outgoing);
    const asked = c.req.query("lang") ?? interaction.params["ui_locales"] ?? c.req.header("accept-language");
    return c.html(signInPage(languageOf(typeof asked === "string" ? asked : ""), interaction.uid));
  });
  app.post("/interaction/:uid", async (c) => {
    const { login } = await c.req.parseBody();
    const person = typeof login === "string" ? personByLogin(login) : undefined;
    if (!person) {
      const language = languageOf(c.req.header("accept-language") ?? "");
      return c.html(errorPage(language, { error: "unknown_person" }), 422);
    }
    const next = await provider.interactionResult(c.env.incoming, c.env.outgoing, {
      login: { accountId: person.id, amr: ["demo"] },
    });
    return c.redirect(next, 303);
  });
  app.on(["GET", "POST"], "/me", async (c) => {
    const token = (c.req.header("authorization") ?? "").replace(/^bearer\s+/i, "");
    const person = await personOfAccessToken(from, token).catch(() => undefined);
    if (!person)
      return c.json({ error: "invalid_token" }, 401, { "www-authenticate": 'Bearer error="invalid_token"' });
    return c.json({ sub: person.id, ...claimsOf(person) }, 200, { "cache-control": "no-store" });
  });
  return app;
}
