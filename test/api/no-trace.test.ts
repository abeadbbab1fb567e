import { Writable } from "node:stream";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, type Person, signIn, startApi, type ApiUnderTest } from "./support/api-under-test.ts";
import { demoCharges } from "../../sandbox/registry/demo-charges.ts";
import { everythingStored, formsOf } from "../support/everything-kept.ts";
import { gisGmpAtRegistry, type SourceWorld } from "../contracts/bill-source/source-world.ts";

/** Numbers of strangers that nobody else in this file has. */
const foreign = {
  sts: "77УН987654",
  "driving-licence": "5098765432",
  inn: "7707083893",
  kpp: "770701001",
} as const;

const logged: string[] = [];
let under: ApiUnderTest;
let registry: SourceWorld;
let anna: Person;
beforeAll(async () => {
  registry = await gisGmpAtRegistry();
  const everything = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  under = await startApi({
    billSources: new Map([[registry.source.name, registry.source]]),
    log: pino({ level: "trace", serializers: { error: pino.stdSerializers.err } }, everything),
  });
  anna = await signIn(under, "anna");
});
afterAll(async () => {
  await under.close();
  await registry.close();
});

const lookUp = (body: object) => ask(under, anna, "POST /v1/bills/look-up", { body });

test("a foreign number that was looked up stands nowhere: not in the database, not in a log, whatever came of it", async () => {
  const [fine] = demoCharges(Date.now());
  const [uin = ""] = await registry.bench.issue({
    ...fine,
    uin: undefined,
    payerIdentifier: `124${foreign.sts.padStart(19, "0")}`,
    additionalPayerIdentifier: `122${foreign["driving-licence"].padStart(19, "0")}`,
  });
  // found, not found, in part, refused, silent, too often
  expect((await lookUp({ kind: "sts", text: foreign.sts })).body["found"]).toHaveLength(1);
  expect((await lookUp({ kind: "driving-licence", text: foreign["driving-licence"] })).status).toBe(200);
  expect((await lookUp({ kind: "inn", text: foreign.inn })).status).toBe(200);
  expect((await lookUp({ kind: "inn", text: foreign.inn, kpp: foreign.kpp })).status).toBe(200);
  expect((await lookUp({ kind: "sts", text: `${foreign.sts}7` })).status).toBe(422);
  await registry.bench.arm({ kind: "dead" });
  expect((await lookUp({ kind: "sts", text: foreign.sts })).status).toBe(200);
  // what was found is added by its own number, and paid by whoever added it
  const added = await ask(under, anna, "POST /v1/bills/added", { body: { uin } });
  expect(added.status).toBe(201);
  let answer = await lookUp({ kind: "sts", text: foreign.sts });
  while (answer.status === 200) answer = await lookUp({ kind: "sts", text: foreign.sts });
  expect(answer.status).toBe(429);

  const stored = await everythingStored(under.database.pool);
  const told = logged.join("");
  expect(stored, "the search itself finds what is there").toContain(uin);
  expect(told.length).toBeGreaterThan(1_000);
  for (const [kind, number] of Object.entries(foreign)) {
    for (const form of formsOf(number)) {
      expect(stored.includes(form), `${kind} in the database`).toBe(false);
      expect(told.includes(form), `${kind} in a log`).toBe(false);
    }
  }
});

test("what was found is not stored by being found", async () => {
  const [fine] = demoCharges(Date.now());
  const sts = "77УН987655";
  const [uin = ""] = await registry.bench.issue({
    ...fine,
    uin: undefined,
    payerIdentifier: `124${sts.padStart(19, "0")}`,
  });
  await under.database.pool.query("delete from rate_limits");
  expect((await lookUp({ kind: "sts", text: sts })).body["found"]).toMatchObject([{ uin }]);
  expect((await everythingStored(under.database.pool)).includes(uin)).toBe(false);
});
