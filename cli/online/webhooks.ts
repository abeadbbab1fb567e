import type { Client, Webhook, WebhookDelivery } from "../../api/client.ts";
import { type Command, type Given, type Said, textOption, textOptions, UsageError } from "../command.ts";
import { allOf, apiOptions, apiUsage, connect, written } from "./api.ts";
import { table } from "./text.ts";

const usage = `kvitok webhooks [show ID | create URL [--type TYPE]… [--biller ID] [--description TEXT] | disable ID --reason TEXT | enable ID | rotate ID | test ID |
  deliveries [ID] [--state queued|delivered|dead|cancelled] [--type TYPE] [--object ID] | replay DELIVERY | replay ID --since INSTANT | events] ${apiUsage}
  Without words: all addresses. create and rotate show the secret this once. deliveries --state dead shows what nobody took; replay sends it again by the id it had.`;

export const webhooks: Command = {
  what: "integrators' addresses: make, look at, switch off, rotate secrets, dead letters, replays",
  usage,
  words: [0, 2],
  options: {
    ...apiOptions,
    type: { type: "string", multiple: true },
    biller: { type: "string" },
    description: { type: "string" },
    reason: { type: "string" },
    state: { type: "string" },
    object: { type: "string" },
    since: { type: "string" },
  },
  run: async (given) => {
    const [what = "list", about] = given.words;
    const work = Object.hasOwn(works, what) ? works[what] : undefined;
    const fits = what === "deliveries" || (about === undefined) === WITHOUT_SUBJECT.includes(what);
    if (work === undefined || !fits) throw new UsageError(usage);
    return work({ given, client: await connect(given), about: about ?? "" });
  },
};

type Work = (parts: {
  readonly given: Given;
  readonly client: Client;
  readonly about: string;
}) => Promise<Said>;

const WITHOUT_SUBJECT: readonly string[] = ["list", "events"];

const works: Readonly<Record<string, Work>> = {
  list: async ({ given, client }) => {
    const items = await allOf((cursor) => client.listWebhooks(pageAt(cursor)));
    return written(given, items, asTable);
  },
  events: async ({ given, client }) =>
    written(given, (await client.listWebhookEvents()).items, (items) =>
      table(items.map(({ type, version, when }) => [type, `v${version}`, when])),
    ),
  show: async ({ given, client, about }) => written(given, await client.getWebhook(about), inWords),
  create: async ({ given, client, about }) => {
    const billerId = textOption(given, "biller");
    const description = textOption(given, "description");
    const made = await client.createWebhook({
      url: about,
      types: [...textOptions(given, "type")],
      ...(billerId === undefined ? {} : { billerId }),
      ...(description === undefined ? {} : { description }),
    });
    return written(given, made, withSecret);
  },
  disable: async ({ given, client, about }) => {
    const why = textOption(given, "reason");
    if (why === undefined) throw new UsageError(usage);
    return written(given, await client.disableWebhook(about, { why }), inWords);
  },
  enable: async ({ given, client, about }) => written(given, await client.enableWebhook(about), inWords),
  rotate: async ({ given, client, about }) =>
    written(given, await client.rotateWebhookSecret(about), withSecret),
  test: async ({ given, client, about }) =>
    written(given, await client.testWebhook(about), (one) => deliveryTable([one])),
  deliveries: async ({ given, client, about }) => {
    const query = deliveriesQuery(given, about);
    const items = await allOf((cursor) => client.listWebhookDeliveries({ ...query, ...pageAt(cursor) }));
    return written(given, items, deliveryTable);
  },
  replay: async ({ given, client, about }) => {
    const since = textOption(given, "since");
    if (since === undefined)
      return written(given, await client.replayWebhookDelivery(about), (one) => deliveryTable([one]));
    const answer = await client.replayWebhooks(about, { since });
    return written(given, answer, ({ replayed }) => `${replayed} queued again`);
  },
};

function pageAt(cursor: string | undefined) {
  return { limit: 100, ...(cursor === undefined ? {} : { cursor }) };
}

const STATES = ["queued", "delivered", "dead", "cancelled"] as const;

function deliveriesQuery(given: Given, endpointId: string) {
  const asked = textOption(given, "state");
  const state = STATES.find((one) => one === asked);
  if (asked !== undefined && state === undefined) throw new UsageError(usage);
  const [type] = textOptions(given, "type");
  const objectId = textOption(given, "object");
  return {
    ...(endpointId === "" ? {} : { endpointId }),
    ...(state === undefined ? {} : { state }),
    ...(type === undefined ? {} : { type }),
    ...(objectId === undefined ? {} : { objectId }),
  };
}

function asTable(items: readonly Webhook[]): string {
  if (items.length === 0) return "none";
  return table([
    ["WEBHOOK", "STATE", "QUEUED", "DEAD", "TYPES", "BILLER", "ADDRESS"],
    ...items.map((one) => [
      one.id,
      one.state,
      String(one.queued),
      String(one.dead),
      one.types.length === 0 ? "all" : one.types.join(","),
      one.billerId ?? "all",
      one.url,
    ]),
  ]);
}

function inWords(one: Webhook): string {
  return [
    asTable([one]),
    ...(one.description === "" ? [] : [one.description]),
    ...(one.why === null ? [] : [`disabled: ${one.why}`]),
    ...(one.previousSecretUntil === null
      ? []
      : [`the secret before this one signs until ${one.previousSecretUntil}`]),
  ].join("\n");
}

function withSecret(one: Webhook & { readonly secret: string }): string {
  return `${inWords(one)}\nsecret, shown this once: ${one.secret}`;
}

function deliveryTable(items: readonly WebhookDelivery[]): string {
  if (items.length === 0) return "none";
  return table([
    ["DELIVERY", "TYPE", "OBJECT", "STATE", "TRIES", "LAST ANSWER", "NEXT TRY"],
    ...items.map((one) => [
      one.id,
      one.type,
      one.objectId,
      one.state,
      String(one.attempts),
      one.lastStatus === null ? (one.lastError ?? one.why ?? "-") : String(one.lastStatus),
      one.nextTryAt ?? "-",
    ]),
  ]);
}
