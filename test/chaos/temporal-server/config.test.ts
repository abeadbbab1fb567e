import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { chaosPortsFrom, PORTS_IN_A_ROW } from "../world/links.ts";
import { dynamicConfig, serverConfig } from "./config.ts";
import { PersistenceFaults } from "./persistence-faults.ts";

const BASE = 21_000;
const datastore = z.strictObject({
  faultInjection: z.unknown().optional(),
  sql: z.looseObject({ connectAddr: z.string(), databaseName: z.string(), password: z.string() }),
});
const shape = z.looseObject({
  persistence: z.looseObject({
    defaultStore: z.string(),
    visibilityStore: z.string(),
    numHistoryShards: z.number(),
    datastores: z.record(z.string(), datastore),
  }),
});
const injection = z.strictObject({
  targets: z.strictObject({
    dataStores: z.strictObject({
      ExecutionStore: z.strictObject({
        methods: z.record(
          z.string(),
          z.strictObject({ seed: z.number(), errors: z.record(z.string(), z.number()) }),
        ),
      }),
    }),
  }),
});

const textOf = (faultInjection: object | undefined): string =>
  serverConfig({
    ports: chaosPortsFrom(BASE).temporalServer,
    database: { port: BASE + 27, user: "kvitok", password: "a: 'b' #c" },
    dynamicConfigFile: "/run/dynamic.yaml",
    faultInjection,
  });
const storesOf = (text: string) => shape.parse(parse(text)).persistence;
const methodsOf = (faultInjection: object | undefined) =>
  injection.parse(storesOf(textOf(faultInjection)).datastores["main"]?.faultInjection).targets.dataStores
    .ExecutionStore.methods;

describe("the full server's settings", () => {
  test("both stores are databases of the run's own PostgreSQL, whatever its password is made of", () => {
    const { datastores, defaultStore, visibilityStore } = storesOf(textOf(undefined));
    const names = [defaultStore, visibilityStore].map((name) => datastores[name]?.sql.databaseName);
    expect(names).toEqual(["temporal", "temporal_visibility"]);
    for (const { sql } of Object.values(datastores)) {
      expect(sql.connectAddr).toBe(`127.0.0.1:${BASE + 27}`);
      expect(sql.password).toBe("a: 'b' #c");
    }
  });

  test("no port is used twice, and all lie in the run's row", () => {
    const ports = chaosPortsFrom(BASE);
    const all = [
      ...Object.values(ports.stack),
      ...ports.links.map(({ port }) => port),
      ...ports.apis.slice(1),
      ...ports.workers.slice(1),
      ports.proxyControl,
      ...Object.values(ports.temporalServer).slice(3),
    ];
    expect(new Set(all).size).toBe(all.length);
    for (const port of all) expect(port).toBeLessThan(BASE + PORTS_IN_A_ROW);
  });

  test("a storage that is to be honest is told nothing of faults", () => {
    const faults = new PersistenceFaults(7);
    expect(faults.nextInjection()).toBeUndefined();
    expect(textOf(faults.nextInjection())).not.toContain("faultInjection");
  });

  test("a storage that is to lie does so in two of a hundred calls of each kind, writes also after they were done", () => {
    const faults = new PersistenceFaults(7);
    faults.isOn = true;
    const methods = methodsOf(faults.nextInjection());
    expect(methods["UpdateWorkflowExecution"]?.errors).toEqual({
      Timeout: 0.02,
      ExecuteAndTimeout: 0.02,
      ResourceExhausted: 0.02,
      Unavailable: 0.02,
    });
    expect(methods["GetWorkflowExecution"]?.errors).not.toHaveProperty("ExecuteAndTimeout");
  });

  test("the run's seed gives the seeds of every start, another one for each start and method", () => {
    const seedsOf = (faults: PersistenceFaults) => {
      faults.isOn = true;
      return [1, 2, 3].flatMap(() =>
        Object.values(methodsOf(faults.nextInjection())).map(({ seed }) => seed),
      );
    };
    const seeds = seedsOf(new PersistenceFaults(7));
    expect(seedsOf(new PersistenceFaults(7))).toEqual(seeds);
    expect(new Set([...seeds, ...seedsOf(new PersistenceFaults(8))]).size).toBe(2 * seeds.length);
    for (const seed of seedsOf(new PersistenceFaults(2 ** 31))) expect(seed).toBeGreaterThan(0);
  });

  test("the limits that would bite a run are raised, each as a list of values", () => {
    const values = z.record(
      z.string(),
      z.array(z.strictObject({ value: z.union([z.number(), z.boolean()]) })).length(1),
    );
    const limits = values.parse(parse(dynamicConfig()));
    expect(limits["frontend.namespaceRPS.visibility"]?.[0]?.value).toBeGreaterThan(10);
    expect(limits["history.persistenceMaxQPS"]?.[0]?.value).toBeGreaterThan(9_000);
  });
});
