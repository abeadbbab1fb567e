import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withMigratedDatabase } from "../temporary-database.ts";
import type { Generator } from "./generator.ts";

const execFileAsync = promisify(execFile);
const codegen = fileURLToPath(new URL("../../node_modules/kysely-codegen/dist/cli/bin.js", import.meta.url));

// What db/database.ts makes of the values on their way in: amounts are safe integers, instants and dates are text.
const typesOnTheWire = { int8: "number", timestamptz: "string" };

/** The database's tables as TypeScript, read from a database that only the migrations have touched. */
export const generator: Generator = {
  name: "database-tables",
  output: "db/generated/database.ts",
  generate: () =>
    withMigratedDatabase(async (url) => {
      const folder = await mkdtemp(path.join(tmpdir(), "kvitok-tables-"));
      try {
        const file = path.join(folder, "database.ts");
        const { stderr } = await execFileAsync(process.execPath, [
          codegen,
          "--dialect=postgres",
          `--url=${url}`,
          `--out-file=${file}`,
          "--log-level=error",
          `--type-mapping=${JSON.stringify(typesOnTheWire)}`,
          "--date-parser=string",
          "--exclude-pattern=kysely_*",
        ]);
        if (stderr.trim() !== "") throw new Error(stderr);
        return await readFile(file, "utf8");
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
};
