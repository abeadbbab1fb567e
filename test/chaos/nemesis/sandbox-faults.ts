import { urlOf } from "../../../processes/dev/stack.ts";
import { type ChanceOrder, BankView } from "../../../scripts/proofs/world/bank-view.ts";
import { sandboxShopId } from "../../../processes/dev/stack.ts";
import { GOING_ENDPOINT } from "../generator/integrators.ts";
import type { ChaosWorld } from "../world/world.ts";
import type { Fault } from "./nemesis.ts";

const MAIL_FAULTS = [
  { kind: "4xx" },
  { kind: "4xx", stage: "rcpt" },
  { kind: "5xx" },
  { kind: "slow", ms: 3_000 },
  { kind: "drop-after-data", keep: true },
  { kind: "drop-after-data", keep: false },
  { kind: "refuse-connection" },
] as const;
const PUSH_FAULTS = [
  { kind: "404" },
  { kind: "410" },
  { kind: "413" },
  { kind: "429", retryAfterSeconds: 1 },
  { kind: "500" },
  { kind: "drop", keep: true },
  { kind: "drop", keep: false },
] as const;
/** Of the receiver of webhooks; gone for good is only who comes back by an operator's hand. */
const HOOK_FAULTS = [
  { kind: "status", status: 500 },
  { kind: "status", status: 429, retryAfter: "1" },
  { kind: "status", status: 410, name: GOING_ENDPOINT },
  { kind: "slow", ms: 2_500 },
  { kind: "drop", keep: true },
  { kind: "drop", keep: true },
  { kind: "drop", keep: false },
] as const;
const MOST_TIMES = 4;

/** F22: the next mails are refused, slow, or taken without a word. */
export const refuseMails: Fault = {
  name: "mail",
  weight: 5,
  async strike({ world, log, chance }) {
    const fault = { ...chance.pick(MAIL_FAULTS), times: 1 + chance.below(MOST_TIMES) };
    await armAt(urlOf(world.ports.stack.mailbox), fault, { world, log, target: "mailbox" });
  },
};

/** F22: the push service answers otherwise than hoped for. */
export const refusePushes: Fault = {
  name: "push",
  weight: 3,
  async strike({ world, log, chance }) {
    const fault = { ...chance.pick(PUSH_FAULTS), times: 1 + chance.below(MOST_TIMES) };
    await armAt(urlOf(world.ports.stack.push), fault, { world, log, target: "push" });
  },
};

/** F22: an integrator's server refuses events, is slow, takes them without a word, or says that it is gone. */
export const refuseHooks: Fault = {
  name: "hooks",
  weight: 4,
  async strike({ world, log, chance }) {
    const fault = { ...chance.pick(HOOK_FAULTS), times: 1 + chance.below(MOST_TIMES) };
    await armAt(hooksOf(world), fault, { world, log, target: "hooks" });
  },
};

const hooksOf = (world: ChaosWorld): string => `${urlOf(world.ports.stack.city)}/hooks`;

async function armAt(
  server: string,
  fault: { readonly kind: string; readonly times: number },
  {
    world,
    log,
    target,
  }: {
    readonly world: ChaosWorld;
    readonly log: Parameters<Fault["strike"]>[0]["log"];
    readonly target: string;
  },
): Promise<void> {
  const note = { code: "F22", kind: fault.kind, target, detail: { times: fault.times } };
  const id = log.begin(note);
  try {
    await ask(`${server}/control/faults`, "POST", fault);
  } catch (error) {
    // the city is down itself just now
    if (world.playersOf("city").every(({ isUp }) => isUp) && !(error instanceof TypeError)) throw error;
  }
  log.end(id, note);
}

/** What the bank does wrong by itself in a whole run, in percent of the requests; bands of one seed do not overlap. */
const BANK_BANDS: readonly (readonly [number, ChanceOrder["fault"]])[] = [
  // F10: charged, and the answer is lost
  [5, { kind: "commit-then-drop" }],
  [2, { kind: "commit-then-500" }],
  // F11: not charged, and silence
  [3, { kind: "drop-before" }],
  // F9
  [3, { kind: "error-500" }],
  [2, { kind: "429" }],
  [2, { kind: "202", retryAfterMs: 500 }],
  [2, { kind: "bad-json" }],
  // time for a stop to come while money is under way (F19)
  [25, { kind: "delay", ms: 600, when: "after" }],
  // F9: asks for the payer though the card does not
  [3, { kind: "decline", reason: "3d_secure_failed" }],
];
const LOOKING_BANDS: readonly (readonly [number, ChanceOrder["fault"]])[] = [
  // F12: the status query fails or does not know yet
  [4, { kind: "status", status: 404, code: "not_found" }],
  [4, { kind: "error-500" }],
  [3, { kind: "drop-before" }],
];
const NOTIFICATION_BANDS: readonly (readonly [number, ChanceOrder["fault"]])[] = [
  // F13
  [15, { kind: "notification", mode: "duplicate" }],
  [10, { kind: "notification", mode: "late", clock: "real", delayMs: 3_000 }],
  [5, { kind: "notification", mode: "late", clock: "bank", delayMs: 5 * 86_400_000 }],
  [5, { kind: "notification", mode: "lost" }],
];

/** Arms the bank for the whole run, both faces; {@link calmBank} ends it. */
export async function unsettleBank(world: ChaosWorld, seed: number): Promise<void> {
  const bank = bankOf(world);
  const bands: readonly (readonly [string, typeof BANK_BANDS])[] = [
    ["create_payment", BANK_BANDS],
    ["stripe_confirm", BANK_BANDS.filter(([, { kind }]) => kind !== "202" && kind !== "decline")],
    ["create_refund", BANK_BANDS.slice(0, 4)],
    ["get_payment", LOOKING_BANDS],
    ["stripe_retrieve", LOOKING_BANDS.slice(1)],
    ["list_payments", LOOKING_BANDS.slice(1)],
    ["notification", NOTIFICATION_BANDS],
  ];
  for (const [operation, orders] of bands) {
    let fromPercent = 0;
    for (const [percent, fault] of orders) {
      await bank.arm({ match: { operation }, chance: { seed, fromPercent, percent }, fault });
      fromPercent += percent;
    }
  }
}

export async function calmSandbox(world: ChaosWorld): Promise<void> {
  await bankOf(world).disarm();
  const { mailbox, push } = world.ports.stack;
  for (const server of [urlOf(mailbox), urlOf(push), hooksOf(world)])
    await ask(`${server}/control/faults`, "DELETE");
}

function bankOf(world: ChaosWorld): BankView {
  const url = urlOf(world.ports.stack.bank);
  const { bankSecretKey } = world.stack.secrets;
  return new BankView(`${url}/control`, {
    url: `${url}/v3`,
    shopId: sandboxShopId,
    secretKey: bankSecretKey,
  });
}

async function ask(url: string, method: string, body?: object): Promise<void> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(3_000),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}
