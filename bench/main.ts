import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureCost } from "./cost.ts";
import { printCost } from "./cost-table.ts";
import { measureDueAtOnce, printDueAtOnce } from "./due-at-once/measure.ts";
import { measureIdleMandates } from "./idle-mandates/measure.ts";
import { printIdleMandates, ratiosOf as ratiosOfMandates } from "./idle-mandates/table.ts";
import { measureNotifications, printNotifications } from "./notifications/measure.ts";
import { measureRegistry } from "./registry/measure.ts";
import { printRegistry, ratiosOf } from "./registry/table.ts";

const usage = `npm run bench -- cost [--bills N] [--per-second N] [--port-base N] [--json]
npm run bench -- registry [--lines N] [--json]
npm run bench -- idle-mandates [--mandates N] [--cache N] [--json]
npm run bench -- due-at-once [--payments N] [--port-base N] [--json]
npm run bench -- notifications [--messages N] [--json]

cost           what one paid bill costs: workflow events, Temporal actions, visibility writes, engine SQL statements
registry       how fast a registry file comes in, beside a plain COPY and a hand-written upsert; killed twice; its memory
idle-mandates  what mandates that only wait take: the worker's memory beside that of as few as its cache holds, and the bytes of one
due-at-once    thousands of payments due at one instant: how they drain under the gateway's limit, and how long a person waits beside them
notifications  messages a second from queued row to mark, beside a bare nodemailer loop with the same pool, mail and server`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bills: { type: "string", default: "60" },
    "per-second": { type: "string", default: "3" },
    "port-base": { type: "string", default: "6600" },
    lines: { type: "string", default: "1000000" },
    mandates: { type: "string", default: "5000" },
    cache: { type: "string", default: "200" },
    payments: { type: "string", default: "2000" },
    messages: { type: "string", default: "6000" },
    json: { type: "boolean", default: false },
  },
});
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function cost(): Promise<string> {
  const measured = await measureCost({
    bills: Number(values.bills),
    perSecond: Number(values["per-second"]),
    portBase: Number(values["port-base"]),
    say,
  });
  return values.json ? `${JSON.stringify(measured)}\n` : printCost(measured);
}

async function registry(): Promise<string> {
  const bench = await measureRegistry({ lines: Number(values.lines), say });
  const record = { ...bench, ratios: ratiosOf(bench), node: process.version };
  await keep("registry", record);
  return values.json ? `${JSON.stringify(record)}\n` : printRegistry(bench);
}

async function idleMandates(): Promise<string> {
  const bench = await measureIdleMandates({
    mandates: Number(values.mandates),
    cache: Number(values.cache),
    say,
  });
  const record = { ...bench, ratios: ratiosOfMandates(bench), node: process.version };
  await keep("idle-mandates", record);
  return values.json ? `${JSON.stringify(record)}\n` : printIdleMandates(bench);
}

async function dueAtOnce(): Promise<string> {
  const bench = await measureDueAtOnce({
    payments: Number(values.payments),
    portBase: Number(values["port-base"]),
    say,
  });
  await keep("due-at-once", { ...bench, node: process.version });
  return values.json ? `${JSON.stringify(bench)}\n` : printDueAtOnce(bench);
}

async function notifications(): Promise<string> {
  const bench = await measureNotifications({ messages: Number(values.messages), say });
  await keep("notifications", { ...bench, node: process.version });
  return values.json ? `${JSON.stringify(bench)}\n` : printNotifications(bench);
}

async function keep(name: string, record: object): Promise<void> {
  const file = fileURLToPath(new URL(`../docs/generated/bench-${name}.json`, import.meta.url));
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

const benches: Readonly<Record<string, () => Promise<string>>> = {
  cost,
  registry,
  "idle-mandates": idleMandates,
  "due-at-once": dueAtOnce,
  notifications,
};
const bench = benches[positionals[0] ?? ""];
if (bench === undefined) {
  say(usage);
  process.exitCode = 2;
} else {
  process.stdout.write(await bench());
}
