import type { Check } from "./check.ts";
import { cruise } from "./cruise.ts";
import { isRoomSource, projectFiles } from "./repository.ts";

/**
 * The import table. dependency-cruiser sees nothing and ends well when its TypeScript is missing or too new, so the
 * check also asks that every source file of our rooms was among the modules it read.
 */
export const check: Check = {
  name: "imports",
  async run(root) {
    const sources = (await projectFiles(root)).filter(isRoomSource);
    if (sources.length === 0) return ["no source file found in our rooms: nothing was checked"];
    const result = await cruise(root);
    const cruised = new Set(result.modules.map((module) => module.source));
    const unseen = sources.filter((file) => !cruised.has(file));
    const violations = result.summary.violations.map(
      ({ from, to, rule, comment }) =>
        `${from}: ${rule.name}: ${to}${comment === undefined ? "" : ` (${comment})`}`,
    );
    const missed = unseen.map((file) => `${file}: dependency-cruiser did not read it`);
    return [...missed, ...violations];
  },
};
