// The one check command: `npm run check`, or `npm run check -- --only types,lint`.
import { parseArgs } from "node:util";
import { runSteps } from "./checks/run-steps.ts";
import { type Step, steps } from "./checks/steps.ts";

function chosenSteps(): readonly Step[] {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const names = values.only?.split(",") ?? steps.map((step) => step.name);
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no check is named ${unknown.join(", ")}; there are ${steps.map((s) => s.name).join(", ")}`,
    );
  }
  return steps.filter((step) => names.includes(step.name));
}

const failed = await runSteps(chosenSteps(), (line) => console.log(line));
process.exitCode = failed === 0 ? 0 : 1;
