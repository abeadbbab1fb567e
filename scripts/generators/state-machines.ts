import { mermaidOf, tables } from "../../domain/tables.ts";
import type { Generator } from "./generator.ts";

/** The diagrams of all state machines, drawn from the tables that the code runs on. */
export const generator: Generator = {
  name: "state-machines",
  output: "docs/generated/state-machines.md",
  generate: async () => {
    const diagrams = tables.map(
      (table) => `## ${table.name}\n\n\`\`\`mermaid\n${mermaidOf(table).trimEnd()}\n\`\`\`\n`,
    );
    return [
      "# States and moves",
      "",
      "Drawn by `npm run generate` from the tables in `domain/`. A pair of state and event that is not here is rejected",
      "with a reason.",
      "",
      ...diagrams,
    ].join("\n");
  },
};
