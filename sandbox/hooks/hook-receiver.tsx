import type { HttpBindings } from "@hono/node-server";
import { setTimeout as delay } from "node:timers/promises";
import { Hono } from "hono";
import { z } from "zod";
import { htmlDocument } from "../city-page.tsx";
import { listenFetch, type ListeningServer } from "../city-server.ts";
import { type HookFault, hookFaultRequest, HookFaults } from "./hook-faults.ts";
import { HooksPage } from "./hook-pages.tsx";
import { type HookDelivery, HookStore } from "./hook-store.ts";

/** An integrator's receiver of webhooks: checks every signature, takes every event once, and fails on demand. */
export interface HookReceiver {
  readonly routes: Hono<{ Bindings: HttpBindings }>;
  close(): Promise<void>;
}

const secretsRequest = z.strictObject({ name: z.string().min(1), secrets: z.array(z.string().min(1)) });

/** Opens the receiver's journal in `dataDir`; `routes` are to be served by somebody. */
export function openHookReceiver(dataDir: string): HookReceiver {
  const store = new HookStore(dataDir);
  const faults = new HookFaults();
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get("/", (c) => c.html(htmlDocument(<HooksPage deliveries={store.deliveries()} />)));
  app.post("/in/:name", async (c) => {
    const body = await c.req.text();
    const answer = await receive({ store, faults }, c.req.param("name"), {
      body,
      headers: c.req.header(),
    });
    if (answer !== "drop") return answer;
    c.env.incoming.socket.destroy();
    // nobody hears it any more
    return new Response(null, { status: 500 });
  });
  app.get("/events", (c) => c.json(store.events(c.req.query("name"))));
  app.get("/deliveries", (c) => c.json(store.deliveries(c.req.query("name"))));
  app.route("/control", controlRoutes(store, faults));
  return { routes: app, close: () => store.close() };
}

/** The receiver on a server of its own, for tests; 0 takes any free port. */
export async function startHookReceiver(options: {
  readonly port: number;
  readonly dataDir: string;
}): Promise<ListeningServer> {
  const receiver = openHookReceiver(options.dataDir);
  const server = await listenFetch(receiver.routes, options.port);
  return {
    ...server,
    close: async () => {
      await server.close();
      await receiver.close();
    },
  };
}

type Parts = { readonly store: HookStore; readonly faults: HookFaults };

async function receive(
  { store, faults }: Parts,
  name: string,
  request: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
): Promise<Response | "drop"> {
  const { body, headers } = request;
  const id = headers["webhook-id"] ?? null;
  const verifiedBy = store.verify(name, body, headers);
  const fault = verifiedBy.length === 0 ? undefined : faults.take(name, body);
  const taken = verifiedBy.length > 0 && takes(fault);
  const delivery: HookDelivery = {
    at: new Date().toISOString(),
    name,
    id,
    timestamp: headers["webhook-timestamp"] ?? null,
    signature: headers["webhook-signature"] ?? null,
    body,
    verifiedBy,
    taken,
    repeated: taken && id !== null && store.hasTaken(name, id),
    status: statusOf(fault, verifiedBy),
  };
  await store.record(delivery);
  return answerOf(fault, delivery.status);
}

function takes(fault: HookFault | undefined): boolean {
  return fault === undefined || fault.kind === "slow" || (fault.kind === "drop" && fault.keep);
}

function statusOf(fault: HookFault | undefined, verifiedBy: readonly number[]): number | null {
  if (verifiedBy.length === 0) return 401;
  if (fault?.kind === "status") return fault.status;
  if (fault?.kind === "redirect") return 302;
  return fault?.kind === "hang" || fault?.kind === "drop" ? null : 204;
}

async function answerOf(fault: HookFault | undefined, status: number | null): Promise<Response | "drop"> {
  if (fault?.kind === "drop") return "drop";
  if (fault?.kind === "hang") return new Promise<never>(() => undefined);
  if (fault?.kind === "slow") await delay(fault.ms);
  const headers = {
    ...(fault?.kind === "status" && fault.retryAfter !== undefined
      ? { "retry-after": fault.retryAfter }
      : {}),
    ...(fault?.kind === "redirect" ? { location: fault.location } : {}),
  };
  return new Response(null, { status: status ?? 500, headers });
}

function controlRoutes(store: HookStore, faults: HookFaults): Hono {
  const app = new Hono();
  app.post("/secrets", async (c) => {
    const request = secretsRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return c.json({ error: "not secrets", issues: request.error.issues }, 422);
    await store.setSecrets(request.data.name, request.data.secrets);
    return c.body(null, 204);
  });
  app.get("/faults", (c) => c.json(faults.list()));
  app.post("/faults", async (c) => {
    const request = hookFaultRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!request.success) return c.json({ error: "not a fault", issues: request.error.issues }, 422);
    faults.arm(request.data);
    return c.json(request.data, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  return app;
}
