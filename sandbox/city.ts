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
import { loadDemoCharges } from "./registry/demo-charges.ts";
import { startRegistry } from "./registry/registry.tsx";

export interface CityOptions {
  readonly smtpPort: number;
  readonly mailboxPort: number;
  readonly identityPort: number;
  readonly cityPort: number;
  readonly registryPort: number;
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
  close(): Promise<void>;
}

/** Starts mailbox, identity provider, the registry of charges and the city's control. When one cannot start, the others are closed and the reason is thrown. */
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
    const control = keep(await listenFetch(controlRoutes(options, identity, hooks), options.cityPort));
    return {
      smtpUrl: mailbox.smtpUrl,
      mailboxUrl: mailbox.httpUrl,
      issuer: identity.issuer,
      controlUrl: control.url,
      registryUrl: registry.url,
      close: closeAll,
    };
  } catch (cause) {
    await closeAll();
    throw cause;
  }
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
