import { join } from "node:path";
import type { DataDirectory } from "./data-directory.ts";
import type { Ports } from "./ports.ts";
import { clusterUser, databaseUrl, describeCluster, type PostgresCluster } from "./postgres.ts";
import type { Secrets } from "./secrets.ts";

/** Everything that the list of processes and the board are made from. */
export interface Stack {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly data: DataDirectory;
  /** One line for people, also under --quiet silent. */
  readonly say: (line: string) => void;
}

/** The shop's number at the sandbox bank: no secret, and the same everywhere. */
export const sandboxShopId = "100500";
/** The same at the bank's Stripe face. */
export const sandboxStripeAccount = "acct_1KvitokSandbox00";
/** The engine's registration number at the city's registry of charges. */
const sandboxRegistrant = "aa11b4";
export const temporalNamespace = "kvitok";
export const engineDatabase = "kvitok";

/** The address of one of our servers, without a slash at the end. */
export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** The stack's PostgreSQL. */
export function clusterOf({ data, ports, secrets }: Stack): Promise<PostgresCluster> {
  return describeCluster({
    folder: data.postgres,
    spareFolder: data.path,
    port: ports.postgres,
    password: secrets.postgresPassword,
  });
}

/** The environment of the engine's processes (`processes/config.ts`). */
export function engineEnvironment({ data, ports, secrets }: Stack): Record<string, string> {
  return {
    KVITOK_MODE: "sandbox",
    KVITOK_DATABASE_URL: databaseUrl(
      { user: clusterUser, password: secrets.postgresPassword, port: ports.postgres },
      engineDatabase,
    ),
    KVITOK_TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    KVITOK_TEMPORAL_NAMESPACE: temporalNamespace,
    KVITOK_TEMPORAL_UI_URL: urlOf(ports.temporalUi),
    KVITOK_PAYLOAD_KEYS: secrets.payloadKeys,
    KVITOK_DATA_KEYS: secrets.dataKeys,
    KVITOK_CONSENT_KEYS: secrets.consentKeys,
    KVITOK_CLAIM_KEY: secrets.claimKey,
    KVITOK_SESSION_KEY: secrets.sessionKey,
    KVITOK_PUBLIC_URL: urlOf(ports.api),
    KVITOK_API_HOST: "127.0.0.1",
    KVITOK_API_PORT: String(ports.api),
    KVITOK_CODEC_PORT: String(ports.codec),
    KVITOK_WORKER_HEALTH_PORT: String(ports.worker),
    KVITOK_OIDC_ISSUER: urlOf(ports.identity),
    KVITOK_OIDC_AUDIENCE: "kvitok-api",
    KVITOK_OIDC_CLIENT_ID: "kvitok-page",
    KVITOK_OIDC_CLIENT_SECRET: secrets.oidcClientSecret,
    KVITOK_YOOKASSA_URL: `${urlOf(ports.bank)}/v3`,
    KVITOK_YOOKASSA_SHOP_ID: sandboxShopId,
    KVITOK_YOOKASSA_SECRET_KEY: secrets.bankSecretKey,
    // The sandbox bank sends from this machine, not from the vendor's networks.
    KVITOK_YOOKASSA_NOTIFICATION_SOURCES: "127.0.0.1/32,::1/128",
    KVITOK_STRIPE_URL: urlOf(ports.bank),
    KVITOK_STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    KVITOK_STRIPE_ACCOUNT: sandboxStripeAccount,
    KVITOK_STRIPE_WEBHOOK_SECRETS: secrets.stripeWebhookSecret,
    KVITOK_GIS_GMP_URL: `${urlOf(ports.registry)}/gis-gmp`,
    KVITOK_GIS_GMP_SENDER: sandboxRegistrant,
    KVITOK_GIS_GMP_NOTICE_SOURCES: "127.0.0.1/32,::1/128",
    // the city's receiver of webhooks
    KVITOK_WEBHOOK_ALLOW: `127.0.0.1:${ports.city}`,
    KVITOK_SANDBOX_CLOCKS: [ports.bank, ports.registry, ports.mailbox, ports.push]
      .map((port) => `${urlOf(port)}/control/clock`)
      .join(","),
    KVITOK_OPERATOR_MAIL: "operators@kvitok.example",
    KVITOK_SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
    KVITOK_MAIL_FROM: "Kvitok <no-reply@kvitok.example>",
    KVITOK_DKIM_DOMAIN: "kvitok.example",
    KVITOK_DKIM_KEY: secrets.dkimKey,
    KVITOK_INBOUND_MAIL_SECRET: secrets.inboundMailSecret,
    KVITOK_BOUNCE_DROP: data.bounces,
    // whoever plays with the city does in a minute what others do in a year
    KVITOK_MESSAGES_AN_HOUR: "1000",
    KVITOK_VAPID_PUBLIC: secrets.vapidPublic,
    KVITOK_VAPID_PRIVATE: secrets.vapidPrivate,
    KVITOK_VAPID_SUBJECT: "mailto:operators@kvitok.example",
    // The sandbox's push service is on this machine, not in the public internet.
    KVITOK_PUBLIC_WEB_ALLOWED: `127.0.0.1:${ports.push}`,
    KVITOK_SMS_DROP: join(data.sandbox, "sms"),
  };
}

/** The environment of the sandbox bank. */
export function bankEnvironment({ data, ports, secrets }: Stack): Record<string, string> {
  return {
    SANDBOX_BANK_PORT: String(ports.bank),
    SANDBOX_DATA_DIR: join(data.sandbox, "bank"),
    SANDBOX_BANK_SHOP_ID: sandboxShopId,
    SANDBOX_BANK_SECRET_KEY: secrets.bankSecretKey,
    SANDBOX_BANK_NOTIFY_URL: `${urlOf(ports.api)}/v1/gateways/yookassa/notifications`,
    SANDBOX_BANK_STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    SANDBOX_BANK_STRIPE_ACCOUNT: sandboxStripeAccount,
    SANDBOX_BANK_STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
    SANDBOX_BANK_STRIPE_WEBHOOK_URL: `${urlOf(ports.api)}/v1/gateways/stripe/notifications`,
  };
}

/** The environment of the sandbox city. */
export function cityEnvironment({ data, ports, secrets }: Stack): Record<string, string> {
  return {
    SANDBOX_SMTP_PORT: String(ports.smtp),
    SANDBOX_MAILBOX_PORT: String(ports.mailbox),
    SANDBOX_IDENTITY_PORT: String(ports.identity),
    SANDBOX_CITY_PORT: String(ports.city),
    SANDBOX_REGISTRY_PORT: String(ports.registry),
    SANDBOX_PUSH_PORT: String(ports.push),
    SANDBOX_REGISTRANT: sandboxRegistrant,
    SANDBOX_DATA_DIR: join(data.sandbox, "city"),
    SANDBOX_API_URL: urlOf(ports.api),
    SANDBOX_PAGE_URL: urlOf(ports.api),
    SANDBOX_BILLERS: JSON.stringify(secrets.billers),
    SANDBOX_CLIENT_ID: "kvitok-page",
    SANDBOX_CLIENT_SECRET: secrets.oidcClientSecret,
  };
}
