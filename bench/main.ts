import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureCost } from "./cost.ts";
import { printCost } from "./cost-table.ts";
import { measureRegistry } from "./registry/measure.ts";
import { printRegistry, ratiosOf } from "./registry/table.ts";

const usage = `npm run bench -- cost [--bills N] [--per-second N] [--port-base N] [--json]
npm run bench -- registry [--lines N] [--json]

cost       what one paid bill costs: workflow events, Temporal actions, visibility writes, engine SQL statements
registry   how fast a registry file comes in, beside a plain COPY and a hand-written upsert; killed twice; its memory`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bills: { type: "string", default: "60" },
    "per-second": { type: "string", default: "3" },
    "port-base": { type: "string", default: "6600" },
    lines: { type: "string", default: "1000000" },
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
  const file = fileURLToPath(new URL("../docs/generated/bench-registry.json", import.meta.url));
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
  return values.json ? `${JSON.stringify(record)}\n` : printRegistry(bench);
}

const benches: Readonly<Record<string, () => Promise<string>>> = { cost, registry };
const bench = benches[positionals[0] ?? ""];
if (bench === undefined) {
  say(usage);
  process.exitCode = 2;
} else {
  process.stdout.write(await bench());
}
