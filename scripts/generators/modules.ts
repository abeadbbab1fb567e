import { cruise } from "../checks/cruise.ts";
import { isRoomSource } from "../checks/repository.ts";
import { projectRoot } from "../checks/steps.ts";
import type { Generator } from "./generator.ts";

// Nobody imports these and they may import everything: their arrows would hide the others.
const outsiders = new Set(["test", "bench", "scripts"]);

/** The map of rooms: an arrow for every pair that really imports, dotted where only types cross. */
export const generator: Generator = {
  name: "modules",
  output: "docs/generated/modules.md",
  async generate() {
    const edges = await roomEdges();
    const arrows = [...edges].sort(([left], [right]) => (left < right ? -1 : 1));
    return [
      "# Who imports whom",
      "",
      "Drawn from the code by `npm run generate`. A dotted arrow carries types only. The rules stand in",
      "`.dependency-cruiser.mjs`; tests, benchmarks and scripts are left out.",
      "",
      "```mermaid",
      "flowchart LR",
      ...arrows.map(([pair, typesOnly]) => `  ${pair.replace(" ", typesOnly ? " -.-> " : " --> ")}`),
      "```",
      "",
    ].join("\n");
  },
};

async function roomEdges(): Promise<Map<string, boolean>> {
  const edges = new Map<string, boolean>();
  const { modules } = await cruise(projectRoot);
  for (const module of modules.filter(({ source }) => isRoomSource(source))) {
    for (const dependency of module.dependencies.filter(({ resolved }) => isRoomSource(resolved))) {
      const from = roomOf(module.source);
      const to = roomOf(dependency.resolved);
      if (from === to || outsiders.has(from)) continue;
      const typesOnly = dependency.dependencyTypes.includes("type-only");
      edges.set(`${from} ${to}`, typesOnly && (edges.get(`${from} ${to}`) ?? true));
    }
  }
  return edges;
}

function roomOf(file: string): string {
  return file.split("/", 1)[0] ?? "";
}
