import path from "node:path";
import { fileURLToPath } from "node:url";

/** One line of `npm run check`: a program that ends with 0 when all is well and says on its output what is not. */
export interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

/** The root of this project. */
export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

const modules = path.join(projectRoot, "node_modules");

function tool(name: string, file: string, ...args: string[]): Step {
  return { name, command: [process.execPath, path.join(modules, file), ...args] };
}

function own(name: string): Step {
  const one = path.join(projectRoot, "scripts/checks/one.ts");
  return { name, command: [process.execPath, "--import", "tsx", one, name] };
}

/** Slowest first: two of them run at a time. */
export const steps: readonly Step[] = [
  own("generated"),
  tool(
    "types",
    "typescript/bin/tsc",
    "-p",
    "tsconfig.json",
    "--incremental",
    "--tsBuildInfoFile",
    ".cache/types.tsbuildinfo",
  ),
  tool("lint", "oxlint/bin/oxlint", "--type-aware", "--deny-warnings"),
  own("imports"),
  tool("unused", "knip/bin/knip.js", "--no-progress"),
  own("house"),
  own("histories"),
  own("lock-file"),
  own("proof-sizes"),
  tool("format", "@biomejs/biome/bin/biome", "format", "."),
];
