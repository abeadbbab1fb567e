// The people and billers of a run: `generator-process.ts ORDER.json`. Works until its input ends, then finishes what it has begun and ends with 0.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { openDatabase } from "../../../db/database.ts";
import { createSealer, readKeyRing } from "../../../db/sealed.ts";
import { mintAccessToken } from "../../../sandbox/identity/access-token.ts";
import { loadSigningKeys } from "../../../sandbox/identity/signing-keys.ts";
import { Chance } from "../../../scripts/proofs/chance.ts";
import { DurableLines } from "../run/durable-lines.ts";
import { Bills } from "./bills.ts";
import { Caller } from "./caller.ts";
import { Deeds } from "./deeds.ts";
import { Forger } from "./forgeries.ts";
import { Integrators } from "./integrators.ts";
import { generatorOrderShape } from "./order.ts";
import { type ChaosPayer, makeChaosPayers } from "./payers.ts";

const LOOK_EVERY_MS = 500;
const FINISHES_WITHIN_MS = 60_000;
const PAYERS_TO_A_BROWSER = 8;
const LIE_EVERY_MS = 800;
const STOP_EVERY_MS = 3_000;
const COME_BACK_EVERY_MS = 700;
/** Of a hundred bills, so many are accompanied by a deed of their payer. */
const DEED_SHARES = { cancel: 2, pause: 3, narrow: 2, skip: 1 } as const;

const order = generatorOrderShape.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
let isFinishing = false;
/** Mandates that their payers have cancelled. */
const ended = new Set<string>();
process.stdin.resume();
process.stdin.on("end", () => {
  isFinishing = true;
});
// whatever fails here fails one person's wish: the run goes on, and the log says it
process.on("unhandledRejection", (error) => process.stderr.write(`${String(error)}\n`));

const truth = new DurableLines(order.files.truth);
const caller = new Caller({ apis: order.apis, intents: order.files.intents, seed: order.seed });
const { db, close } = openDatabase({
  url: order.databaseUrl,
  applicationName: "chaos-generator",
  maxConnections: 6,
  onError: () => undefined,
});
const sealer = createSealer(readKeyRing(order.dataKeys));
const chance = new Chance(order.seed);
const integrators = new Integrators({ caller, order, db, truth: (line) => truth.write(line) });
// before anybody is there: then no event is missed
await integrators.register();
const payers = await makeChaosPayers({ db, sealer, order, chance });
for (const payer of payers) truth.write({ kind: "payer", settings: {}, ...payer });
const bills = new Bills({
  caller,
  order,
  db,
  chance: new Chance(order.seed + 1),
  truth: (line) => truth.write(line),
});
const deeds = new Deeds({ caller, db, chance: new Chance(order.seed + 2), tokenOf: await tokens() });
const byResident = new Map(payers.map((payer) => [payer.residentId, payer]));
for (const payer of payers.filter((_, index) => index % PAYERS_TO_A_BROWSER === 0))
  await deeds.addBrowser(payer, order.push);
process.stdout.write(`ready ${payers.length}\n`);

const forger = new Forger({ caller, chance: new Chance(order.seed + 4), secret: order.stripe.webhookSecret });
await Promise.all([pushBills(), answerNeeds(), ...(order.hostile ? [lie(), aimStops(), comeBack()] : [])]);
const deadline = Date.now() + FINISHES_WITHIN_MS;
while (caller.underWay > 0 && Date.now() < deadline) await pause(100);
await integrators.settle(FINISHES_WITHIN_MS);
process.stdout.write(`finished ${bills.pushed} bills, ${caller.underWay} calls without an answer\n`);
await caller.close();
truth.close();
await close();
process.exit(0);

async function tokens() {
  const keys = await loadSigningKeys(order.identity.dataDir);
  const { issuer, clientId } = order.identity;
  const minted = new Map<string, Promise<string>>();
  return (residentId: string) => {
    const known = minted.get(residentId);
    if (known) return known;
    const person = {
      id: residentId,
      login: residentId,
      name: "Proof",
      email: `${residentId.toLowerCase()}@proof.example`,
      locale: "en",
      zoneinfo: "Europe/Moscow",
      role: "resident",
    } as const;
    const token = mintAccessToken({ issuer, clientId, keys }, person).then((made) => made.token);
    minted.set(residentId, token);
    return token;
  };
}

/** A steady stream; whoever is late is not waited for. */
async function pushBills(): Promise<void> {
  const drawn = new Chance(order.seed + 3);
  const everyMs = 1_000 / order.billsPerSecond;
  for (let due = Date.now(); !isFinishing; due += everyMs) {
    const payer = drawn.pick(payers);
    void accompany(payer, drawn);
    const waitMs = due + everyMs - Date.now();
    if (waitMs > 0) await pause(waitMs);
  }
}

async function accompany(payer: ChaosPayer, drawn: Chance): Promise<void> {
  const bill = bills.next(payer);
  const share = drawn.next() * 100;
  const waitMs = drawn.below(2_500);
  if (payer.paysByHand && !ended.has(payer.mandateId)) await end(payer);
  const billId = await bills.push(bill);
  if (payer.paysByHand && billId !== undefined && bill.poison === undefined) {
    const heard = await deeds.payByHand(payer, billId, bill.amountMinor);
    if (heard?.answer !== undefined && payer.cardKind !== "3ds-abandoned")
      await deeds.finishAtBank(payer, heard.answer.id);
    return;
  }
  await deedOf(payer, share, waitMs);
}

async function deedOf(payer: ChaosPayer, share: number, waitMs: number): Promise<void> {
  const { cancel, pause: paused, narrow, skip } = DEED_SHARES;
  if (share >= cancel + paused + narrow + skip || ended.has(payer.mandateId)) return;
  await pause(waitMs);
  if (share < cancel) await end(payer);
  else if (share < cancel + paused) await deeds.pauseForAWhile(payer);
  else if (share < cancel + paused + narrow) await deeds.narrow(payer);
  else await deeds.skip(payer);
}

async function end(payer: ChaosPayer): Promise<void> {
  ended.add(payer.mandateId);
  await deeds.cancel(payer);
}

async function answerNeeds(): Promise<void> {
  while (!isFinishing) {
    // no database, no needs: it is looked again
    await deeds.answerNeeds(byResident).catch(() => undefined);
    await pause(LOOK_EVERY_MS);
  }
}

async function lie(): Promise<void> {
  for (; !isFinishing; await pause(LIE_EVERY_MS)) void forger.lie();
}

async function comeBack(): Promise<void> {
  // no database, nobody to look after: it is looked again
  for (; !isFinishing; await pause(COME_BACK_EVERY_MS)) await integrators.comeBack().catch(() => undefined);
}

async function aimStops(): Promise<void> {
  for (; !isFinishing; await pause(STOP_EVERY_MS)) {
    // no database, no aim
    const cancelled = await deeds.stopWhileCharging(byResident).catch(() => undefined);
    if (cancelled) ended.add(cancelled.mandateId);
  }
}
