import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Hono } from "hono";
import { z } from "zod";
import type { BillerAccount } from "./billers/biller-book.ts";
import { billerRoutes } from "./billers/billers.ts";
import { listenFetch } from "./city-server.ts";
import { demoPeople } from "./identity/demo-people.ts";
import { type Identity, startIdentity } from "./identity/identity.ts";
import { type HookReceiver, openHookReceiver } from "./hooks/hook-receiver.tsx";
import { startMailbox } from "./mailbox/mailbox.ts";
import { type BrowserSubscription, startPushService } from "./push/push.ts";
import { loadDemoCharges } from "./registry/demo-charges.ts";
import { startRegistry } from "./registry/registry.tsx";

export interface CityOptions {
  readonly smtpPort: number;
  readonly mailboxPort: number;
  readonly identityPort: number;
  readonly cityPort: number;
  readonly registryPort: number;
  readonly pushPort: number;
  /** The engine's registration number at the registry. */
  readonly registrant: string;
  /** Mail, keys, sessions and grants lie in folders below it. */
  readonly dataDir: string;
  readonly apiUrl: string;
  readonly pageUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly billers: readonly BillerAccount[];
}

export interface City {
  readonly smtpUrl: string;
  readonly mailboxUrl: string;
  readonly issuer: string;
  readonly controlUrl: string;
  readonly registryUrl: string;
  readonly pushUrl: string;
  close(): Promise<void>;
}

/** Starts mailbox, identity provider, the registry of charges, the push service and the city's control. When one cannot start, the others are closed and the reason is thrown. */
export async function startCity(options: CityOptions): Promise<City> {
  const started: { close(): Promise<void> }[] = [];
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    started.push(part);
    return part;
  };
  const closeAll = async (): Promise<void> => {
    await Promise.all(started.map((part) => part.close()));
  };
  try {
    const mailbox = keep(
      await startMailbox({
        smtpPort: options.smtpPort,
        httpPort: options.mailboxPort,
        dataDir: join(options.dataDir, "mailbox"),
      }),
    );
    const identity = keep(
      await startIdentity({
        ...options,
        port: options.identityPort,
        dataDir: join(options.dataDir, "identity"),
      }),
    );
    const registry = keep(
      await startRegistry({
        port: options.registryPort,
        dataDir: join(options.dataDir, "registry"),
        participants: [options.registrant],
      }),
    );
    await loadDemoCharges(registry.book);
    if (registry.book.subscription === "") {
      await registry.book.subscribe(`${options.apiUrl}/v1/bill-sources/gis-gmp/notices`);
    }
    const hooks = keep(openHookReceiver(join(options.dataDir, "hooks")));
    const push = keep(
      await startPushService({
        port: options.pushPort,
        dataDir: join(options.dataDir, "push"),
        pageUrl: options.pageUrl,
        signUp: (login, browser) => signUp(options, { identity, login, browser }),
      }),
    );
    const control = keep(await listenFetch(controlRoutes(options, identity, hooks), options.cityPort));
    return {
      smtpUrl: mailbox.smtpUrl,
      mailboxUrl: mailbox.httpUrl,
      issuer: identity.issuer,
      controlUrl: control.url,
      registryUrl: registry.url,
      pushUrl: push.url,
      close: closeAll,
    };
  } catch (cause) {
    await closeAll();
    throw cause;
  }
}

/** Tells the engine of a browser as its owner's page would: through the API, with the owner's token. */
async function signUp(
  { apiUrl }: CityOptions,
  wish: { readonly identity: Identity; readonly login: string; readonly browser: BrowserSubscription },
): Promise<void> {
  const minted = await wish.identity.mint(wish.login);
  if (!minted) throw new Error(`nobody has the login ${wish.login}`);
  const answer = await fetch(`${apiUrl}/v1/me/push-devices`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${minted.token}`,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
      "user-agent": "Sandbox browser",
    },
    body: JSON.stringify(wish.browser),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`the engine did not take the browser: ${await answer.text()}`);
}

const tokenRequest = z.strictObject({ login: z.string().min(1) });

function controlRoutes(options: CityOptions, identity: Identity, hooks: HookReceiver): Hono {
  const app = new Hono();
  app.get("/", (c) =>
    c.text(
      "Sandbox city. GET /users and /billers; POST /billers/{id}/push a bill; POST /tokens {login} for an access token; /hooks is an integrator's receiver.\n",
    ),
  );
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/users", (c) =>
    c.json(
      demoPeople.map(({ id, name, role, email, login, locale, billerId }) => ({
        id,
        name,
        role,
        email,
        login,
        locale,
        ...(billerId === undefined ? {} : { billerId }),
      })),
    ),
  );
  app.post("/tokens", async (c) => {
    const request = tokenRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return c.json({ error: 'the body must be {"login": "…"}' }, 422);
    const minted = await identity.mint(request.data.login);
    return minted ? c.json(minted, 201) : c.json({ error: "nobody has this login" }, 404);
  });
  app.route("/hooks", hooks.routes);
  app.route("/", billerRoutes(options));
  return app;
}
