import type { Breakage } from "./breakage.ts";
import type { Journals, Story } from "./told-run.ts";
import { type HookLine, hookSecrets, signedHook } from "./told-hooks.ts";

type Told = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

const eventOf = ({ delivery }: HookLine): Told => JSON.parse(delivery.body) as Told;
const isReceipt = (line: unknown): line is HookLine =>
  (line as { readonly kind: string }).kind === "delivery";
/** Receipts about the payment that was made. */
const aboutPaid = (journals: Journals, { paid }: Story): HookLine[] =>
  journals.hooks.filter(isReceipt).filter((line) => eventOf(line).data["paymentId"] === paid.paymentId);

function mustHave(line: HookLine | undefined): HookLine {
  if (line === undefined) throw new Error("the story has no such event");
  return line;
}

const ofType = (lines: readonly HookLine[], type: string): HookLine =>
  mustHave(lines.find((line) => eventOf(line).type === type));

const withDelivery = (line: HookLine, change: object): HookLine => ({
  ...line,
  delivery: { ...line.delivery, ...change },
});

function replace(journals: Journals, old: HookLine, by: readonly unknown[]): void {
  journals.hooks = journals.hooks.flatMap((line) => (line === old ? by : [line]));
}

/** Integrators who hear too little, too much, too often, or from a stranger: I16. */
export const hookBreakages: readonly Breakage[] = [
  {
    id: "I16",
    name: "an event never arrived, and its row says that it did",
    words: /payment\.succeeded of .* is delivered \(null\), and it never arrived/,
    journals: (journals, story) =>
      replace(journals, ofType(aboutPaid(journals, story), "payment.succeeded"), []),
  },
  {
    id: "I16",
    name: "an event was refused and given up",
    words: /payment\.succeeded of .* is dead \(no-tries-left\), and it never arrived/,
    sql: () => [
      `update webhook_deliveries d set state = 'dead', why = 'no-tries-left' from webhook_events v where v.seq = d.event_seq and v.type = 'payment.succeeded'`,
    ],
    journals: (journals, story) => {
      const refused = ofType(aboutPaid(journals, story), "payment.succeeded");
      replace(journals, refused, [withDelivery(refused, { taken: false, status: 500 })]);
    },
  },
  {
    id: "I16",
    name: "the end of a payment was never told, and no row of it is left",
    words: /it is paid, and it never heard payment\.succeeded/,
    sql: () => ["delete from webhook_deliveries", "delete from webhook_events"],
    journals: (journals, story) =>
      replace(journals, ofType(aboutPaid(journals, story), "payment.succeeded"), []),
  },
  {
    id: "I16",
    name: "the last word about a mandate is not how it stands",
    words: /it is ended, and the last that was heard is mandate\.created \(active\)/,
    sql: () => ["delete from webhook_deliveries", "delete from webhook_events"],
    journals: (journals, { paid }) => {
      const ended = journals.hooks
        .filter(isReceipt)
        .find(
          (line) =>
            eventOf(line).type === "mandate.ended" && eventOf(line).data["mandateId"] === paid.mandateId,
        );
      replace(journals, mustHave(ended), []);
    },
  },
  {
    id: "I16",
    name: "an integrator of mandates who does not hear of their beginning never heard that one was changed",
    words: /it is active, and the last that was heard is nothing/,
    sql: ({ confirmed: { mandateId } }) => [
      "update webhook_endpoints set types = '{mandate.changed,mandate.paused,mandate.resumed,mandate.ended}'",
      "delete from webhook_deliveries",
      `update mandates set version = version + 2 where id = '${mandateId}'`,
    ],
    journals: (journals) => {
      journals.hooks = journals.hooks.filter((line) => !isReceipt(line));
    },
  },
  {
    id: "I16",
    name: "a later event of a payment came before an earlier one",
    words: /payment\.planned of .* came after payment\.succeeded of/,
    journals: (journals, story) => {
      const lines = aboutPaid(journals, story);
      const [first, last] = [ofType(lines, "payment.planned"), ofType(lines, "payment.succeeded")];
      replace(journals, first, []);
      replace(journals, last, [last, first]);
    },
  },
  {
    id: "I16",
    name: "an event came twice although its answer was heard",
    words: /it came again although 204 was answered/,
    journals: (journals, story) => {
      const [line] = aboutPaid(journals, story);
      replace(journals, mustHave(line), [line, line]);
    },
  },
  {
    id: "I16",
    name: "an event came twice, and only the way of a caller to an API was slow",
    words: /it came again although 204 was answered/,
    journals: (journals, story) => {
      const line = mustHave(aboutPaid(journals, story)[0]);
      const { at } = line.delivery;
      replace(journals, line, [line, line]);
      journals.faults = [
        { at, id: "f1", code: "F8", kind: "latency", target: "generator-api-2", phase: "begin" },
      ];
    },
  },
  {
    id: "I16",
    name: "an id came with two bodies",
    words: /it came with two bodies/,
    journals: (journals, story) => {
      const line = mustHave(aboutPaid(journals, story)[0]);
      const { id, name, body } = line.delivery;
      const other = signedHook({
        id,
        name,
        body: body.replace("512345", "512346"),
        secret: hookSecrets.ours,
      });
      replace(journals, line, [withDelivery(line, { status: null }), other]);
    },
  },
  {
    id: "I16",
    name: "an event was signed with another endpoint's secret",
    words: /its signature is not of the endpoint's secret/,
    journals: (journals, story) => {
      const line = mustHave(aboutPaid(journals, story)[0]);
      replace(journals, line, [signedHook({ ...line.delivery, secret: hookSecrets.theirs })]);
    },
  },
  {
    id: "I16",
    name: "an event was signed for another hour",
    words: /its timestamp \d+ is \d+ s off/,
    journals: (journals, story) => {
      const line = mustHave(aboutPaid(journals, story)[0]);
      const at = new Date(Date.parse(line.delivery.at) + 3_600_000).toISOString();
      replace(journals, line, [withDelivery(line, { at })]);
    },
  },
  {
    id: "I16",
    name: "an integrator heard of another biller's payment",
    words: /is about payment .* of gorod-zhkh, and the endpoint is globus's/,
    journals: (journals, story) => {
      const { id, body } = mustHave(aboutPaid(journals, story)[0]).delivery;
      journals.hooks = [
        ...journals.hooks,
        signedHook({ id, body, name: "theirs", secret: hookSecrets.theirs }),
      ];
    },
  },
  {
    id: "I16",
    name: "an integrator heard what it had not subscribed to",
    words: /payment\.planned is nothing that it subscribed to/,
    sql: () => [
      "update webhook_endpoints set types = '{bill.arrived,payment.succeeded}' where biller_id = 'gorod-zhkh'",
    ],
  },
];

/** A copy after an answer that was lost: what at least once means. */
export const copyAfterSilence: Partial<Breakage> = {
  journals: (journals, story) => {
    const line = mustHave(aboutPaid(journals, story)[0]);
    replace(journals, line, [withDelivery(line, { status: null }), line]);
  },
};

/** What had been given up is sent again by hand, and so comes behind what followed it. */
export const lateByReplay: Partial<Breakage> = {
  journals: (journals, story) => {
    const lines = aboutPaid(journals, story);
    const [first, last] = [ofType(lines, "payment.planned"), ofType(lines, "payment.succeeded")];
    const again = withDelivery(first, { at: new Date(Date.parse(last.delivery.at) + 2_000).toISOString() });
    replace(journals, first, []);
    replace(journals, last, [last, again]);
    journals.intents = [
      ...journals.intents,
      ...(["sent", "answered"] as const).map((phase, index) => ({
        at: new Date(Date.parse(last.delivery.at) + 1_000 + index).toISOString(),
        id: "call-replay",
        op: "replay-webhooks",
        key: "key-replay",
        phase,
        request: { name: "ours" },
        ...(phase === "answered" ? { status: 200 } : {}),
      })),
    ];
  },
};
