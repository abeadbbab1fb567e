import type { Server } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { readReturnedMail } from "../adapters/channels/email/read-returned-mail.ts";
import { pdfmakePapers } from "../adapters/papers/pdfmake/maker.ts";
import { zxingReader } from "../adapters/pictures/zxing/reader.ts";
import { createApi } from "../api/app.ts";
import { createTokenVerifier } from "../api/authentication.ts";
import { createConsentSigner } from "../api/consent-documents.ts";
import type { Api } from "../api/environment.ts";
import { openDatabase, type Rights } from "../db/database.ts";
import { createSealer } from "../db/sealed.ts";
import { createWeb } from "../web/app.tsx";
import type { MessagePreviews } from "../web/message-previews.ts";
import { billSourceVariables, createBillSources } from "./bill-sources.ts";
import { allowedHosts, pushVariables, vapidKeysOf } from "./channels.ts";
import { createCityClock } from "./city-clock.ts";
import { type Config, readConfig } from "./config.ts";
import { createDataConverter } from "./data-converter.ts";
import { untilToldToEnd } from "./ending.ts";
import { gatewayVariables } from "./gateways.ts";
import { createGuardedGateways } from "./guarded-gateways.ts";
import { httpServer } from "./http-server.ts";
import { createLog } from "./log.ts";
import { connectPayerReturns } from "./payer-returns.ts";

/** Addresses of the API; every other one is the page's. */
const API_PATHS = /^\/(v1|health|openapi\.json|\.well-known\/kvitok-consent-jwks\.json)(\/|$)/;
/** Requests under way get this long when the process is told to end. */
const FAREWELL_MS = 10_000;

/** Of a person's rights and of the engine's: as many as one server of PostgreSQL has to spare for one API. */
const CONNECTIONS: Readonly<Record<Rights, number>> = { person: 12, engine: 8 };

/** What this process is told by its surroundings. */
const variables = [
  ...gatewayVariables,
  ...billSourceVariables,
  ...pushVariables,
  "KVITOK_DATABASE_URL",
  "KVITOK_TEMPORAL_ADDRESS",
  "KVITOK_TEMPORAL_NAMESPACE",
  "KVITOK_TEMPORAL_UI_URL",
  "KVITOK_PAYLOAD_KEYS",
  "KVITOK_DATA_KEYS",
  "KVITOK_CONSENT_KEYS",
  "KVITOK_CLAIM_KEY",
  "KVITOK_SESSION_KEY",
  "KVITOK_SESSION_IDLE_MINUTES",
  "KVITOK_PUBLIC_URL",
  "KVITOK_API_HOST",
  "KVITOK_API_PORT",
  "KVITOK_OIDC_ISSUER",
  "KVITOK_OIDC_AUDIENCE",
  "KVITOK_OIDC_CLIENT_ID",
  "KVITOK_OIDC_CLIENT_SECRET",
  "KVITOK_OPERATOR_ACR_VALUES",
  "KVITOK_YOOKASSA_NOTIFICATION_SOURCES",
  "KVITOK_GIS_GMP_NOTICE_SOURCES",
  "KVITOK_TRUSTED_PROXIES",
  "KVITOK_RELEASE_PER_MINUTE",
  "KVITOK_WEBHOOK_ALLOW",
  "KVITOK_SANDBOX_CLOCKS",
  "KVITOK_INBOUND_MAIL_SECRET",
  "KVITOK_LOG_LEVEL",
] as const;

/** The API and the resident page in one server. It starts and works while Temporal is away. */
async function main(): Promise<void> {
  const config = readConfig(process.env, variables);
  const log = createLog("api", config.KVITOK_LOG_LEVEL);
  const livemode = config.KVITOK_MODE === "live";
  const publicUrl = config.KVITOK_PUBLIC_URL.replace(/\/+$/, "");
  const open = (rights: Rights) =>
    openDatabase({
      url: config.KVITOK_DATABASE_URL,
      applicationName: `kvitok-api-${rights}`,
      rights,
      maxConnections: CONNECTIONS[rights],
      onError: (error) => log.warn({ error }, "a database connection was lost"),
    });
  const [database, engine] = [open("person"), open("engine")];
  const temporal = connectPayerReturns({
    address: config.KVITOK_TEMPORAL_ADDRESS,
    namespace: config.KVITOK_TEMPORAL_NAMESPACE,
    dataConverter: createDataConverter(config.KVITOK_PAYLOAD_KEYS),
    log,
  });
  const api = createApi({
    db: database.db,
    engine: engine.db,
    pool: engine.pool,
    sealer: createSealer(config.KVITOK_DATA_KEYS),
    claimKey: config.KVITOK_CLAIM_KEY,
    gateways: createGuardedGateways(config, engine.db, log),
    billSources: createBillSources(config),
    temporal,
    ...pushOver(config),
    ...(livemode ? {} : { cityClock: createCityClock(config.KVITOK_SANDBOX_CLOCKS, temporal.client) }),
    pictures: zxingReader(),
    papers: pdfmakePapers(),
    verifyToken: createTokenVerifier({
      issuer: config.KVITOK_OIDC_ISSUER,
      audience: config.KVITOK_OIDC_AUDIENCE,
    }),
    operatorAcrValues: config.KVITOK_OPERATOR_ACR_VALUES,
    sessionIdleSeconds: config.KVITOK_SESSION_IDLE_MINUTES * 60,
    consents: createConsentSigner(config.KVITOK_CONSENT_KEYS),
    livemode,
    publicUrl,
    notificationSources: config.KVITOK_YOOKASSA_NOTIFICATION_SOURCES,
    noticeSources: config.KVITOK_GIS_GMP_NOTICE_SOURCES,
    trustedProxies: config.KVITOK_TRUSTED_PROXIES,
    releasePerMinute: config.KVITOK_RELEASE_PER_MINUTE,
    webhookAllow: new Set(config.KVITOK_WEBHOOK_ALLOW),
    ...returnedMailOver(config.KVITOK_INBOUND_MAIL_SECRET),
    log,
  });
  const server = httpServer(oneOrigin(api, pageOver(api, { config, livemode, publicUrl, log })));
  await listen(server, { port: config.KVITOK_API_PORT, host: config.KVITOK_API_HOST });
  log.info({ port: config.KVITOK_API_PORT }, "ready");

  await untilToldToEnd();
  await close(server);
  await temporal.close();
  await Promise.all([database.close(), engine.close()]);
}

/** Who hands over bounces and complaints has to know the secret; nobody's are taken without one. */
function returnedMailOver(secret: string) {
  return secret === "" ? {} : { inboundMail: { secret, read: readReturnedMail } };
}

/** The key that browsers subscribe for; nothing where web push is off. */
function pushOver(config: Parameters<typeof vapidKeysOf>[0]) {
  const publicKey = vapidKeysOf(config)?.publicKey;
  return publicKey === undefined ? {} : { push: { publicKey, allowed: allowedHosts(config) } };
}

type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

function pageOver(
  api: Api,
  parts: {
    readonly config: Pick<
      Config,
      | "KVITOK_OIDC_ISSUER"
      | "KVITOK_OIDC_CLIENT_ID"
      | "KVITOK_OIDC_CLIENT_SECRET"
      | "KVITOK_OPERATOR_ACR_VALUES"
      | "KVITOK_SESSION_KEY"
      | "KVITOK_TEMPORAL_UI_URL"
    >;
    readonly livemode: boolean;
    readonly publicUrl: string;
    readonly log: ReturnType<typeof createLog>;
  },
): Fetch {
  const { config, ...rest } = parts;
  const page = createWeb({
    ...rest,
    // The page's word about its payer counts because only this process can set the mark.
    api: async (request) => api.fetch(request, { page: true }),
    oidc: {
      issuer: config.KVITOK_OIDC_ISSUER,
      clientId: config.KVITOK_OIDC_CLIENT_ID,
      clientSecret: config.KVITOK_OIDC_CLIENT_SECRET,
    },
    operatorAcrValues: config.KVITOK_OPERATOR_ACR_VALUES,
    sessionKey: config.KVITOK_SESSION_KEY,
    ...(rest.livemode ? {} : { messagePreviews }),
    ...(config.KVITOK_TEMPORAL_UI_URL === "" ? {} : { temporalUiUrl: config.KVITOK_TEMPORAL_UI_URL }),
  });
  return (request, bindings) => page.fetch(request, bindings);
}

/** Loaded with the first visit of their page: what writes mails is half a second and forty megabytes. */
const messagePreviews: MessagePreviews = async (locale) => {
  const { previewMessages } = await import("../adapters/channels/email/preview.ts");
  return previewMessages(locale);
};

function oneOrigin(api: Api, page: Fetch): Fetch {
  return (request, http) => {
    const { pathname } = new URL(request.url);
    return API_PATHS.test(pathname) ? api.fetch(request, http) : page(request, http);
  };
}

function listen(server: Server, address: { readonly port: number; readonly host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Takes no new request, lets those under way end, and then hangs up. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const farewell = setTimeout(() => server.closeAllConnections(), FAREWELL_MS);
    server.close((error) => {
      clearTimeout(farewell);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
}

await main();
