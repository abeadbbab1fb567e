import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Stack } from "../../../processes/dev/stack.ts";
import { TYPED_CARDS, YOOKASSA_CARDS } from "../generator/card-kinds.ts";
import { temporalClusterFolder } from "../world/temporal-roles.ts";

/** What the checker looks for, and nobody may have written down. */
export type PlantedCanary = {
  readonly kind: "pan" | "token" | "webhook-secret" | "personal";
  readonly value: string;
};

/** Of so many payers' tokens and addresses each: every one is looked for in every place. */
const MOST_PAYERS = 24;

/** Card numbers that were typed, tokens and addresses of payers as the run's truth tells them, and the secrets of the processes. */
export function canariesOf(stack: Pick<Stack, "secrets">, truthFile: string): readonly PlantedCanary[] {
  const { stripeWebhookSecret, inboundMailSecret, stripeSecretKey, bankSecretKey } = stack.secrets;
  const numbers = new Set([
    ...Object.values(YOOKASSA_CARDS),
    ...Object.values(TYPED_CARDS).map(({ number }) => number.replaceAll(" ", "")),
  ]);
  return [
    ...[...numbers].map((value) => ({ kind: "pan" as const, value })),
    ...[stripeWebhookSecret, inboundMailSecret, stripeSecretKey, bankSecretKey].map((value) => ({
      kind: "webhook-secret" as const,
      value,
    })),
    ...secretsOf(truthFile).map((value) => ({ kind: "webhook-secret" as const, value })),
    ...payersOf(truthFile).flatMap(({ residentId, token }) => [
      // at Stripe the customer stands before the method, and the method alone is enough to charge with
      { kind: "token" as const, value: token.split("/").at(-1) ?? token },
      { kind: "personal" as const, value: `${residentId.toLowerCase()}@proof.example` },
    ]),
  ];
}

type PayerLine = { readonly kind: string; readonly residentId: string; readonly token: string };

/** What events for integrators are signed with. */
function secretsOf(truthFile: string): readonly string[] {
  return linesOfKind(truthFile, "endpoint").map((line) => (line as { readonly secret: string }).secret);
}

function linesOfKind(truthFile: string, kind: string): readonly unknown[] {
  if (!existsSync(truthFile)) return [];
  return readFileSync(truthFile, "utf8")
    .split("\n")
    .filter((line) => line.startsWith('{"') && line.includes(`"kind":"${kind}"`))
    .map((line) => JSON.parse(line) as unknown);
}

/** The first and the last of them, so that both gateways are among them. */
function payersOf(truthFile: string): readonly PayerLine[] {
  const payers = linesOfKind(truthFile, "payer") as readonly PayerLine[];
  return payers.length <= MOST_PAYERS
    ? payers
    : [...payers.slice(0, MOST_PAYERS / 2), ...payers.slice(-MOST_PAYERS / 2)];
}

/**
 * Where they may not stand: the files of both databases, what the city keeps of mails and pushes, and the logs. The bank knows cards and tokens by right, the receiver of webhooks its own secrets, and
 * `secrets.json` is where secrets are.
 */
export function storesOf({ data }: Pick<Stack, "data">): readonly string[] {
  const city = join(data.sandbox, "city");
  const temporal = dirname(data.temporalFile);
  const temporalFiles = readdirSync(temporal)
    .map((name) => join(temporal, name))
    .filter((path) => path.startsWith(data.temporalFile));
  // the log of PostgreSQL's writes, where it lies on a disk of its own
  const log = join(data.path, "wal-disk");
  const databases = [data.postgres, log, temporalClusterFolder(data), ...temporalFiles];
  return [...databases, data.logs, join(city, "mailbox"), join(city, "push")].filter((path) =>
    existsSync(path),
  );
}
