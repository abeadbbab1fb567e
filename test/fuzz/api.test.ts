import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { describe, expect, test } from "vitest";
import { fuzzApi } from "../../scripts/proofs/fuzz-api/fuzz-api.ts";
import { watchOver } from "../../scripts/proofs/fuzz-api/fuzz-world.ts";
import { REQUIREMENTS, tryApi } from "../../scripts/proofs/fuzz-api/schemathesis.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { startTestWorld } from "../support/proof-world.ts";
import { pythonForTest } from "../support/python.ts";

/** A document that promises a name. */
const small = {
  openapi: "3.1.0",
  info: { title: "Small", version: "1" },
  paths: {
    "/things": {
      get: {
        parameters: [{ name: "limit", in: "query", schema: { type: "integer" } }],
        responses: {
          200: {
            description: "A thing",
            content: {
              "application/json": {
                schema: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
              },
            },
          },
        },
      },
    },
  },
};
const noBodys = Object.fromEntries(
  ["billers", "accounts", "bills", "payments", "methods", "mandates"].map((name) => [name, ["x"]]),
);

const python = await pythonForTest({
  name: "schemathesis",
  requirements: REQUIREMENTS,
  what: "Schemathesis",
});

describe.skipIf("missing" in python)("whatever is sent to the API", () => {
  test("is answered as the document says, and never with 5xx", async () => {
    if ("missing" in python) return;
    const said: string[] = [];
    const { violations, result } = await fuzzApi.run({
      seed: 1,
      sizes: fuzzApi.sizes.small,
      say: (line) => said.push(line),
      needs: {
        programs: python.programs,
        async inWorld(options, work) {
          const world = await startTestWorld(options);
          try {
            return await work(world);
          } finally {
            await world.close();
          }
        },
      },
    });
    expect(violations.length, `${wordsOf(violations, "npm run fuzz:api")}\n${said.join("\n")}`).toBe(0);
    expect(Number(result["requests"])).toBeGreaterThanOrEqual(500);
  }, 600_000);

  test("the tool and the count see a document that lies and an answer of 5xx", async () => {
    if ("missing" in python) return;
    const watch = watchOver("whsec_AAAA");
    let turn = 0;
    const wrong = watch.around((request) => {
      if (new URL(request.url).pathname === "/openapi.json") return Response.json(small);
      turn += 1;
      return turn % 2 === 0 ? Response.json({ name: 5 }) : Response.json({}, { status: 500 });
    });
    const server = createAdaptorServer({
      fetch: (request, bindings) => wrong(request, bindings as HttpBindings),
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const { failures } = await tryApi({
        programs: python.programs,
        api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        ground: { tokens: { OPERATOR: "o", BILLER: "b", LEAVER: "l", RESIDENT: "r" }, dictionaries: noBodys },
        seed: 1,
        examples: 8,
        phases: ["fuzzing"],
        seconds: 8,
        only: "/things",
      });
      const titles = failures.map(({ title }) => title);
      expect(titles).toEqual(expect.arrayContaining(["Server error", "Response violates schema"]));
      expect(watch.broken().length).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  }, 120_000);
});
