import { projectFiles } from "../checks/repository.ts";
import { projectRoot } from "../checks/steps.ts";
import { findQueryFunctions } from "../query-recording/query-functions.ts";
import { type RecordedQuery, recordQueries } from "../query-recording/record-queries.ts";
import { withMigratedDatabase } from "../temporary-database.ts";
import type { Generator } from "./generator.ts";

/** Every query's SQL as the database receives it, so that a review sees what a change of code changes in SQL. */
export const generator: Generator = {
  name: "queries",
  output: "docs/generated/queries.sql",
  generate: async () => {
    const functions = findQueryFunctions(await projectFiles(projectRoot));
    const recorded = await withMigratedDatabase((url) => recordQueries(url, functions));
    const head = [
      "-- What every query sends to PostgreSQL, recorded by `npm run generate` on an empty, migrated database with",
      "-- made-up arguments. A statement that only follows from an answer is not here.",
      "",
    ];
    return [...head, ...recorded.map(show)].join("\n");
  },
};

function show({ file, name, statements }: RecordedQuery): string {
  return `-- ${file}: ${name}\n${statements.map((sql) => `${unindent(sql)};\n`).join("")}`;
}

/** Takes away the indentation that the statement has from standing in code. */
function unindent(sql: string): string {
  const lines = sql.trim().split("\n");
  const indents = lines.slice(1).map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines.map((line, index) => (index === 0 ? line : line.slice(common).trimEnd())).join("\n");
}
