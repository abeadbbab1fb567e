import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHookReceiver } from "../../sandbox/hooks/hook-receiver.tsx";
import type { Engine } from "./engine-core.ts";

/** A request as the city's receiver kept it. */
export type Arrival = {
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signature: string | null;
  readonly body: string;
  readonly verifiedBy: readonly number[];
  readonly taken: boolean;
  readonly repeated: boolean;
  readonly status: number | null;
};

/** The city's receiver of webhooks on a port of its own, and the rows that send to it. */
export type ReceiverUnderTest = {
  readonly url: string;
  /** What its guard has to allow. */
  readonly host: string;
  arrivals(name: string): Promise<readonly Arrival[]>;
  /** Each event once, in the order in which it was first taken. */
  events(name: string): Promise<readonly Arrival[]>;
  secrets(name: string, secrets: readonly string[]): Promise<void>;
  arm(fault: Readonly<Record<string, unknown>>): Promise<void>;
  disarm(): Promise<void>;
  close(): Promise<void>;
};

export async function openReceiver(port = 0): Promise<ReceiverUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "kvitok-hooks-"));
  const server = await startHookReceiver({ port, dataDir: folder });
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(server.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const list = async (path: string) => (await (await ask("GET", path)).json()) as readonly Arrival[];
  return {
    url: server.url,
    host: `127.0.0.1:${server.port}`,
    arrivals: (name) => list(`/deliveries?name=${name}`),
    events: (name) => list(`/events?name=${name}`),
    async secrets(name, secrets) {
      await ask("POST", "/control/secrets", { name, secrets });
    },
    async arm(fault) {
      await ask("POST", "/control/faults", fault);
    },
    async disarm() {
      await ask("DELETE", "/control/faults");
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Not a secret: 32 bytes of a test. */
export const testSecret = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString("base64")}`;

/** An endpoint at an address of the receiver, and the secret that it checks. */
export async function makeEndpoint(
  { db, sealer }: Pick<Engine, "db" | "sealer">,
  receiver: ReceiverUnderTest,
  endpoint: { readonly name: string; readonly types?: readonly string[]; readonly billerId?: string },
): Promise<string> {
  const { id } = await db
    .insertInto("webhook_endpoints")
    .values({
      url: `${receiver.url}/in/${endpoint.name}`,
      types: [...(endpoint.types ?? [])],
      biller_id: endpoint.billerId ?? null,
      secret: Buffer.alloc(1),
      created_by: "operator",
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .updateTable("webhook_endpoints")
    .set({ secret: sealer.seal(testSecret(1), id) })
    .where("id", "=", id)
    .execute();
  await receiver.secrets(endpoint.name, [testSecret(1)]);
  return id;
}
