import { parseArgs } from "node:util";
import { measureCost } from "./cost.ts";
import { printCost } from "./cost-table.ts";

const usage = `npm run bench -- cost [--bills N] [--per-second N] [--port-base N] [--json]

cost   what one paid bill costs: workflow events, Temporal actions, visibility writes, engine SQL statements`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bills: { type: "string", default: "60" },
    "per-second": { type: "string", default: "3" },
    "port-base": { type: "string", default: "6600" },
    json: { type: "boolean", default: false },
  },
});

if (positionals[0] !== "cost") {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  const cost = await measureCost({
    bills: Number(values.bills),
    perSecond: Number(values["per-second"]),
    portBase: Number(values["port-base"]),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(cost)}\n` : printCost(cost));
}
