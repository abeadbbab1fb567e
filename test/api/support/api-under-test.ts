import { randomUUID } from "node:crypto";
import pino from "pino";
import { Webhook } from "standardwebhooks";
import { pdfmakePapers } from "../../../adapters/papers/pdfmake/maker.ts";
import { zxingReader } from "../../../adapters/pictures/zxing/reader.ts";
import { createApi } from "../../../api/app.ts";
import { createConsentSigner } from "../../../api/consent-documents.ts";
import { createTokenVerifier } from "../../../api/authentication.ts";
import type { ApiDependencies, PayerReturns } from "../../../api/dependencies.ts";
import type { Api, ApiEnvironment } from "../../../api/environment.ts";
import { type OpenDatabase, openDatabase, type Rights } from "../../../db/database.ts";
import { migrateToLatest } from "../../../db/migrate.ts";
import { createSealer, type Sealer } from "../../../db/sealed.ts";
import { SERVICE_TERMS } from "../../../words/service-terms.ts";
import { payeeOf } from "../../../sandbox/billers/biller-book.ts";
import { shareSecret, takeAnyAccount, takeDemonstration } from "../../support/demonstration.ts";
import { createDatabaseFromTemplate, prepareTemplate } from "../../support/postgres.ts";
import { type GatewayStandIn, makeGateway } from "./gateway-stand-in.ts";
import { type IdentityStandIn, startIdentityStandIn } from "./identity-stand-in.ts";

export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const sealer = createSealer({ active: "k1", keys: new Map([["k1", Buffer.alloc(32, 1)]]) });

/** The API over a database of its own, with the people and the world around it played by the test. */
export interface ApiUnderTest {
  readonly api: Api;
  readonly database: OpenDatabase;
  readonly sealer: Sealer;
  readonly identity: IdentityStandIn;
  readonly gateway: GatewayStandIn;
  readonly temporal: { payerReturned: PayerReturns["payerReturned"] };
  /** Ends every connection of the database. */
  readonly away: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function cityCatalogue(url: string): Promise<void> {
  await migrateToLatest(url, { livemode: false });
  const { db, close } = openDatabase({ url, applicationName: "api-test", maxConnections: 1 });
  try {
    await takeDemonstration(db);
    await shareSecret(db, sealer, webhookSecret);
    await takeAnyAccount(db, ["gorod-zhkh", "mgts", "school-1507", "globus"]);
  } finally {
    await close();
  }
}

/** Builds it. `change` replaces dependencies. */
export async function startApi(change: Partial<ApiDependencies> = {}): Promise<ApiUnderTest> {
  await prepareTemplate("api_catalogue", cityCatalogue);
  const copy = await createDatabaseFromTemplate("api_catalogue");
  const database = openDatabase({ url: copy.url, applicationName: "api-test", maxConnections: 12 });
  const open = (rights: Rights) =>
    openDatabase({ url: copy.url, applicationName: `api-test-${rights}`, maxConnections: 8, rights });
  const [person, engine] = [open("person"), open("engine")];
  const away = async () => {
    await Promise.all([database.close(), person.close(), engine.close()]);
  };
  const identity = await startIdentityStandIn();
  const gateway = makeGateway();
  const temporal: ApiUnderTest["temporal"] = { payerReturned: async () => "unavailable" };
  const api = createApi({
    db: person.db,
    engine: engine.db,
    pool: engine.pool,
    sealer,
    claimKey: Buffer.alloc(32, 2),
    gateways: new Map([["yookassa", gateway.gateway]]),
    billSources: new Map(),
    temporal: {
      payerReturned: (id, deadlineMs) => temporal.payerReturned(id, deadlineMs),
      isConnected: async () => false,
    },
    // A busy machine is no hostile picture.
    pictures: zxingReader({ withinMs: 60_000 }),
    papers: pdfmakePapers(),
    verifyToken: createTokenVerifier({ issuer: identity.issuer, audience: "kvitok-api" }),
    // Test key, not a secret.
    consents: createConsentSigner({ active: "test", keys: new Map([["test", Buffer.alloc(32, 9)]]) }),
    sessionIdleSeconds: 2 * 60 * 60,
    livemode: false,
    publicUrl: "https://pay.city.example",
    // no engine carries out payments here, so nobody's wait would end before it is over
    firstResultMs: 150,
    notificationSources: ["185.71.76.0/27", "127.0.0.1", "2a02:5180::/32"],
    log: pino({ level: "error", serializers: { error: pino.stdSerializers.err } }, pino.destination(2)),
    ...change,
  });
  return {
    api,
    database,
    sealer,
    identity,
    gateway,
    temporal,
    away,
    close: async () => {
      await away();
      await identity.close();
      await copy.drop();
    },
  };
}

/** Somebody with a token. */
export interface Person {
  readonly token: string;
  readonly subject: string;
}

/** Signs somebody in; they have accepted the terms, unless a test wants them before that. */
export async function signIn(
  under: ApiUnderTest,
  subject: string,
  claims: {
    readonly roles?: readonly string[];
    readonly locale?: string;
    readonly beforeTerms?: true;
  } = {},
): Promise<Person> {
  const token = await under.identity.token({
    sub: subject,
    name: subject,
    email: `${subject}@city.example`,
    email_verified: true,
    locale: claims.locale ?? "ru",
    zoneinfo: "Europe/Moscow",
    roles: [...(claims.roles ?? ["resident"])],
  });
  const person = { token, subject };
  if (!claims.beforeTerms) {
    const body = { version: SERVICE_TERMS.version, locale: "ru" };
    await ask(under, person, "POST /v1/me/terms", { body });
  }
  return person;
}

/** One request as a program would send it; commands get a fresh key unless they bring one. */
export interface Asked {
  readonly body?: unknown;
  readonly raw?: string;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the connection comes from. */
  readonly from?: string;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Headers;
}

export async function ask(
  { api }: ApiUnderTest,
  person: Person | null,
  line: string,
  asked: Asked = {},
): Promise<Answered> {
  const [method = "GET", path = "/"] = line.split(" ");
  const raw = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
  const headers = headersOf(person, method, asked, raw !== undefined);
  const socket = { remoteAddress: asked.from ?? "203.0.113.9" };
  const bindings = { incoming: { socket } } as unknown as ApiEnvironment["Bindings"];
  const response = await api.request(
    path,
    { method, headers, ...(raw === undefined ? {} : { body: raw }) },
    bindings,
  );
  const text = await response.text();
  const isJson = text !== "" && /[/+]json\b/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    text,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    headers: response.headers,
  };
}

function headersOf(person: Person | null, method: string, asked: Asked, hasBody: boolean): Headers {
  const headers = new Headers(asked.headers);
  if (person) headers.set("authorization", `Bearer ${person.token}`);
  if (method !== "GET" && asked.key !== null) headers.set("idempotency-key", asked.key ?? randomUUID());
  if (hasBody && !headers.has("content-type")) headers.set("content-type", "application/json");
  return headers;
}

/** A bill as a biller would push it. */
export function billOf(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    account: "7700123456",
    period: "2026-02",
    version: 1,
    amount: { amountMinor: 512_345, currency: "RUB" },
    dueOn: "2027-03-15",
    purpose: "Коммунальные услуги за февраль",
    payee: payeeOf("gorod-zhkh"),
    ...change,
  };
}

export async function push(
  under: ApiUnderTest,
  content: unknown,
  how: {
    readonly biller?: string;
    readonly id?: string;
    readonly secret?: string;
    readonly at?: Date;
    /** What is told: its bills, or the balances of its accounts. */
    readonly room?: "bills" | "balances";
  } = {},
): Promise<Answered> {
  const raw = typeof content === "string" ? content : JSON.stringify(content);
  const id = how.id ?? `msg_${randomUUID()}`;
  const at = how.at ?? new Date();
  return ask(under, null, `POST /v1/billers/${how.biller ?? "gorod-zhkh"}/${how.room ?? "bills"}`, {
    raw,
    key: null,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(how.secret ?? webhookSecret).sign(id, at, raw),
    },
  });
}

/** Number of rows of every table. */
export async function countRows({ database }: ApiUnderTest): Promise<Record<string, number>> {
  const tables = await database.pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables.rows) {
    const { rows } = await database.pool.query<{ n: number }>(`select count(*) as n from "${name}"`);
    counts[name] = rows[0]?.n ?? 0;
  }
  return counts;
}
