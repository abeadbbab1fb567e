import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import type { WorkflowBundleOption } from "@temporalio/worker";
import pino from "pino";
import { lookAtUnwatchedCharge } from "../../activities/looking-up.ts";
import { pdfmakePapers } from "../../adapters/papers/pdfmake/maker.ts";
import { zxingReader } from "../../adapters/pictures/zxing/reader.ts";
import { createApi } from "../../api/app.ts";
import { createConsentSigner } from "../../api/consent-documents.ts";
import { createTokenVerifier } from "../../api/authentication.ts";
import type { ApiDependencies } from "../../api/dependencies.ts";
import { followMethodNews } from "../../api/method-news.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { startSession } from "../../db/queries/sessions.ts";
import type { LoopLog } from "../../loops/loop.ts";
import { sweep } from "../../loops/sweeper.ts";
import { startEngineLoops } from "../../processes/engine-loops.ts";
import { followRefundNews } from "../../processes/refund-news.ts";
import type { WorkflowStarter } from "../../loops/workflow-starter.ts";
import { BankView } from "../../scripts/proofs/world/bank-view.ts";
import { listRuns } from "../../scripts/proofs/world/workflow-runs.ts";
import type { World } from "../../scripts/proofs/world/world.ts";
import { createWeb } from "../../web/app.tsx";
import { makeSeals } from "../../web/sealed-values.ts";
import { type PaymentView, payerReturnedUpdate, paymentWorkflowId } from "../../workflows/messages.ts";
import { savedCard } from "../contracts/gateway/stripe-world.ts";
import { startIdentityStandIn } from "../api/support/identity-stand-in.ts";
import { type CityMail, openCityMail } from "./city.ts";
import { shareSecret, takeDemonstration } from "./demonstration.ts";
import { merchant, shop } from "./engine-bank.ts";
import { assembleEngine, type Engine, type EngineDatabase, publicUrl } from "./engine-core.ts";
import { type EngineTemporal, startEngineWorkers } from "./engine-workers.ts";

const billerId = "gorod-zhkh";
/** The one whose bills are paid through Stripe. */
const stripeBillerId = "globus";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const sessionKey = new Uint8Array(32).fill(9);

/** A whole engine inside the test's own process, on the run's PostgreSQL and Temporal: fast enough for every test run. */
export type WholeWorld = Omit<World, "token"> & {
  readonly engine: Engine;
  readonly mail: CityMail;
  /** Who signs residents in; the subject is what {@link World.token} is asked for. */
  readonly issuer: string;
  /** Bearer token of somebody with this login; of a resident where nothing else is said. */
  readonly token: (login: string, standing?: Standing) => Promise<string>;
  /** The workers of now, and a client beside them. */
  readonly temporal: () => EngineTemporal;
  /** Looks at everything whose time has come, as the sweeper does. */
  readonly sweep: () => Promise<void>;
  /** The text of one of our pages as this resident sees it. */
  readonly page: (path: string, login: string) => Promise<string>;
};

/** The servers that such a world stands on; whoever made them ends them, but for the database, which is the world's own. */
export type WorldGround = {
  readonly database: EngineDatabase;
  readonly address: string;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleOption;
};

export type WorldOptions = {
  /** False: the bank tells nothing by itself. */
  readonly webhooks?: boolean;
  /** True: the bank is a Stripe as well, and one more biller is paid there. */
  readonly stripe?: boolean;
  /** True: news of what is no charge, as refunds and saved cards, are followed too. */
  readonly news?: boolean;
  /** As in `processes/engine-loops.ts`. */
  readonly gatherMs?: number;
  /** Stands between the server and the API: sees every request and every answer. */
  readonly around?: (api: Answering) => Answering;
};

/** What answers a request that came over HTTP. */
export type Answering = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** What an access token says beside its subject; a resident's where left out. */
export type Standing = { readonly roles?: readonly string[]; readonly billerId?: string };

export async function startWholeWorld(ground: WorldGround, options: WorldOptions = {}): Promise<WholeWorld> {
  const { database, ...temporal } = ground;
  const atStripe = options.stripe === true;
  const engine = await assembleEngine(database, { stripe: atStripe });
  const { db, sealer } = engine;
  const billerIds = atStripe ? [billerId, stripeBillerId] : [billerId];
  await takeDemonstration(db);
  await shareSecret(db, sealer, secret);
  const [identity, mail] = await Promise.all([startIdentityStandIn(), openCityMail()]);
  const startWorkers = () => startEngineWorkers({ engine, ...temporal });
  let workers = await startWorkers();
  const loops = loopsOf({ engine, mail, options }, () => workers);
  const person = openDatabase({
    url: engine.databaseUrl,
    applicationName: "whole-world",
    rights: "person",
  });
  const api = createApi(apiParts(engine, person.db, { issuer: identity.issuer, workers: () => workers }));
  const answering: Answering = (request, bindings) => api.fetch(request, bindings);
  const server = await serve(options.around?.(answering) ?? answering);
  const token: WholeWorld["token"] = (login, standing) => identity.token(claimsOf(login, standing));
  if (options.webhooks !== false) await letBankTell(engine, server.url);
  return {
    engine,
    db,
    sealer,
    mail,
    issuer: identity.issuer,
    api: server.url,
    bank: new BankView(engine.bank.url.replace(/\/v3$/, "/control"), { ...shop, url: engine.bank.url }),
    billers: billerIds.map((id) => ({ id, secret })),
    ...(atStripe ? { stripe: stripeOf(engine) } : {}),
    token,
    temporal: () => workers,
    sweep: async () => void (await sweep({ db, starter: workers.starter, log: complain }, 0)),
    page: pageOver(db, (request) => api.fetch(request, { page: true }), token),
    runs: (types) => listRuns(workers.client, types),
    async restartWorker() {
      const next = await startWorkers();
      await workers.close();
      workers = next;
    },
    async close() {
      await loops.stop();
      await server.close();
      await workers.close();
      await Promise.all([mail.close(), identity.close()]);
      const { unpermitted } = engine.witness;
      await person.close();
      await engine.close();
      if (unpermitted.length > 0) throw new Error(`sent before its gate: ${JSON.stringify(unpermitted)}`);
    },
  };
}

async function letBankTell({ bank, dependencies }: Engine, api: string): Promise<void> {
  await bank.control("POST", "/notify-url", { url: `${api}/v1/gateways/yookassa/notifications` });
  if (dependencies.gateways.has("stripe")) {
    await bank.control("POST", "/stripe/webhook-url", { url: `${api}/v1/gateways/stripe/notifications` });
  }
}

function stripeOf({ bank }: Engine): NonNullable<World["stripe"]> {
  const at = { url: bank.origin, secretKey: merchant.secretKey };
  return { billerId: stripeBillerId, savedCard: (card = "pm_card_visa") => savedCard(at, card) };
}

/** What an access token says of a person of this city. */
function claimsOf(login: string, { roles = ["resident"], billerId }: Standing = {}) {
  return {
    sub: login,
    name: login,
    email: `${login.toLowerCase()}@proof.example`,
    email_verified: true,
    locale: "en",
    zoneinfo: "Europe/Moscow",
    roles: [...roles],
    ...(billerId === undefined ? {} : { biller_id: billerId }),
  };
}

/** Errors only, on the standard error. */
function errorLog() {
  return pino({ level: "error", serializers: { error: pino.stdSerializers.err } }, pino.destination(2));
}

const complain: LoopLog = {
  error: ({ error }, message) => process.stderr.write(`${message}: ${String(error)}\n`),
};

function loopsOf(
  {
    engine,
    mail,
    options: { news, gatherMs },
  }: { readonly engine: Engine; readonly mail: CityMail; readonly options: WorldOptions },
  workers: () => EngineTemporal,
) {
  const starter: WorkflowStarter = {
    start: (item) => workers().starter.start(item),
    wake: (kind, id) => workers().starter.wake(kind, id),
    ringOrStart: (kind, id) => workers().starter.ringOrStart(kind, id),
    revive: (kind, id, gateway) => workers().starter.revive(kind, id, gateway),
  };
  const { db, dependencies: charging } = engine;
  return startEngineLoops({
    db,
    databaseUrl: engine.databaseUrl,
    starter,
    lookAtUnwatchedCharge: (about) => lookAtUnwatchedCharge(charging, about),
    ...(gatherMs === undefined ? {} : { gatherMs }),
    ...(news === true
      ? {
          gatewayNews: {
            lookAtMethod: (about) => followMethodNews({ ...charging, engine: db, log: errorLog() }, about),
            lookAtRefund: (about) => followRefundNews({ charging, starter }, about),
          },
        }
      : {}),
    channels: [mail.channel],
    publicUrl,
    linkKey: charging.claimKey,
    log: complain,
  });
}

function apiParts(
  engine: Engine,
  person: Database,
  { issuer, workers }: { readonly issuer: string; readonly workers: () => EngineTemporal },
): ApiDependencies {
  return {
    db: person,
    engine: engine.db,
    pool: engine.pool,
    sealer: engine.sealer,
    claimKey: Buffer.alloc(32, 3),
    gateways: engine.dependencies.gateways,
    billSources: new Map(),
    temporal: {
      async payerReturned(paymentId, deadlineMs) {
        const { client } = workers();
        const handle = client.workflow.getHandle(paymentWorkflowId(paymentId));
        try {
          return await client.withAbortSignal(AbortSignal.timeout(deadlineMs), () =>
            handle.executeUpdate<PaymentView, []>(payerReturnedUpdate),
          );
        } catch {
          // as in life: the workflow has ended or is busy; the rows will say
          return "unavailable";
        }
      },
      isConnected: async () => true,
    },
    pictures: zxingReader(),
    papers: pdfmakePapers(),
    verifyToken: createTokenVerifier({ issuer, audience: "kvitok-api" }),
    // Test key, not a secret.
    consents: createConsentSigner({ active: "test", keys: new Map([["test", Buffer.alloc(32, 9)]]) }),
    livemode: false,
    sessionIdleSeconds: 7_200,
    publicUrl,
    notificationSources: ["127.0.0.1/32", "::1/128"],
    log: errorLog(),
  };
}

async function serve(fetch: Answering) {
  const server = createAdaptorServer({
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
  }) as Server;
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A session as the page begins one when somebody has come back from the identity provider; answers its secret. */
async function begunSession(db: Database, subject: string): Promise<string> {
  const { id } = await db
    .selectFrom("residents")
    .select("id")
    .where("subject", "=", subject)
    .executeTakeFirstOrThrow();
  const token = randomUUID();
  await startSession(db, { residentId: id, token, device: null, seconds: 3600 });
  return token;
}

/** The resident page in front of the API; a session is sealed as the page itself would after a sign-in. */
function pageOver(
  db: Database,
  api: (request: Request) => Response | Promise<Response>,
  token: (login: string) => Promise<string>,
): WholeWorld["page"] {
  const web = createWeb({
    api: async (request) => api(request),
    oidc: { issuer: "http://127.0.0.1:1", clientId: "kvitok-page", clientSecret: "secret" },
    publicUrl,
    sessionKey,
    livemode: false,
    log: pino({ level: "silent" }),
  });
  return async (path, login) => {
    const session = {
      id: await begunSession(db, login),
      sub: login,
      name: login,
      locale: "en",
      zone: "Europe/Moscow",
      roles: ["resident"],
      accessToken: await token(login),
      expiresAt: Math.floor(Date.now() / 1000) + 3600,
    };
    const cookie = `kvitok-session=${await makeSeals(sessionKey).seal("session", session, 3600)}`;
    const response = await web.request(`${publicUrl}${path}`, { headers: { cookie } });
    if (response.status !== 200) throw new Error(`GET ${path} answers ${response.status}`);
    return (await response.text()).replaceAll("\u00a0", " ");
  };
}
