import { z } from "zod";
import { clusterUser, databaseUrl } from "./postgres.ts";
import { engineDatabase, sandboxShopId, sandboxStripeAccount, type Stack, urlOf } from "./stack.ts";

const roleShape = z.enum(["resident", "operator", "biller", "integrator"]);
const personShape = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  login: z.string(),
  role: roleShape,
  billerId: z.string().optional(),
});
const tokenShape = z.object({ token: z.string(), expiresAt: z.string() });

/** A demonstration person with an access token that lives 24 hours. */
export type BoardUser = z.infer<typeof personShape> & z.infer<typeof tokenShape>;

/** The file that other programs find the stack by; it holds secrets of the sandbox and is written with mode 0600. */
export type Board = ReturnType<typeof boardOf>;

/**
 * Asks the sandbox city for its people and a fresh access token for each.
 *
 * @throws Error when the city answers otherwise than agreed
 */
export async function fetchUsers({ ports }: Stack): Promise<readonly BoardUser[]> {
  const city = urlOf(ports.city);
  const people = z.array(personShape).parse(await ask(`${city}/users`));
  return Promise.all(
    people.map(async (person) => ({
      ...person,
      ...tokenShape.parse(await ask(`${city}/tokens`, { login: person.login })),
    })),
  );
}

/**
 * Gathers all addresses of a stack that is ready.
 *
 * @param pids pids of the running services by name, `launcher` among them
 */
export function boardOf(stack: Stack, users: readonly BoardUser[], pids: Readonly<Record<string, number>>) {
  const { ports, secrets } = stack;
  const database = { user: clusterUser, password: secrets.postgresPassword, port: ports.postgres };
  return {
    api: urlOf(ports.api),
    page: urlOf(ports.api),
    temporal: `127.0.0.1:${ports.temporal}`,
    temporalUi: urlOf(ports.temporalUi),
    temporalMetrics: `${urlOf(ports.temporalMetrics)}/metrics`,
    codec: urlOf(ports.codec),
    bank: {
      url: `${urlOf(ports.bank)}/v3`,
      control: `${urlOf(ports.bank)}/control`,
      shopId: sandboxShopId,
      secretKey: secrets.bankSecretKey,
      stripe: { url: urlOf(ports.bank), secretKey: secrets.stripeSecretKey, account: sandboxStripeAccount },
    },
    mailbox: { smtp: `smtp://127.0.0.1:${ports.smtp}`, http: urlOf(ports.mailbox) },
    push: urlOf(ports.push),
    identity: urlOf(ports.identity),
    city: urlOf(ports.city),
    hooks: {
      receiver: `${urlOf(ports.city)}/hooks/in/demo`,
      page: `${urlOf(ports.city)}/hooks`,
      control: `${urlOf(ports.city)}/hooks/control`,
    },
    registry: { url: urlOf(ports.registry), control: `${urlOf(ports.registry)}/control` },
    database: databaseUrl(database, engineDatabase),
    billers: secrets.billers,
    users,
    pids,
  };
}

/** The addresses for people, one a line. */
export function boardForPeople(board: Board, dataDirectory: string): string {
  const lines = [
    ["Page", board.page, "sign in as anna, boris or clara; the operators are olga and pavel"],
    ["API", `${board.api}/openapi.json`, ""],
    ["Temporal UI", board.temporalUi, "payloads are decoded by the codec server"],
    ["Mailbox", board.mailbox.http, "every mail that the engine sends"],
    ["Push", board.push, "every web push; give somebody a browser there"],
    ["Bank", board.bank.url, "the sandbox bank; control for faults beside it"],
    ["City", board.city, "pushes bills, hands out tokens"],
    ["Webhooks", board.hooks.page, "an integrator's receiver of events"],
    ["Messages", `${board.page}/sandbox/messages`, "every message there is, on every channel"],
    ["Registry", board.registry.url, "charges by the state; annul, change or pay one there"],
    ["Identity", board.identity, "the OpenID provider"],
    [
      "PostgreSQL",
      `${new URL(board.database).host}/kvitok`,
      `its password is in ${dataDirectory}/board.json`,
    ],
    ["Logs", `${dataDirectory}/logs`, ""],
  ] as const;
  return lines.map(([what, where, why]) => `  ${what.padEnd(12)} ${where}${why && `   ${why}`}`).join("\n");
}

async function ask(url: string, body?: object): Promise<unknown> {
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000), ...(body && post) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
