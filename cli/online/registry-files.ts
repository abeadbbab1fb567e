import { writeFile } from "node:fs/promises";
import type { RegistryFile } from "../../api/client.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";
import { allOf, apiOptions, apiUsage, connect, written } from "./api.ts";
import { table } from "./text.ts";

const usage = `kvitok registry-files BILLER [FILE] [--report FILE] ${apiUsage}
  Without FILE the biller's newest files, how far each has come, and what came of its lines. --report writes the refused lines of one as CSV.`;

/** `kvitok registry-files`: files that billers uploaded, on their way and done with. */
export const registryFiles: Command = {
  what: "registry files of a biller: progress, results, refused lines",
  usage,
  words: [1, 2],
  options: { ...apiOptions, report: { type: "string" } },
  run: async (given) => {
    const [billerId = "", id] = given.words;
    const report = textOption(given, "report");
    if (report !== undefined && id === undefined) throw new UsageError(usage);
    const api = await connect(given);
    if (id === undefined) {
      const files = await allOf((cursor) =>
        api.listRegistryFiles(billerId, { ...(cursor === undefined ? {} : { cursor }), limit: 100 }),
      );
      return written(given, files, fileTable);
    }
    if (report !== undefined) {
      const { bytes } = await api.getRegistryReport({ billerId, id });
      await writeFile(report, bytes, { mode: 0o600 });
    }
    return tell(given, await api.getRegistryFile({ billerId, id }));
  },
};

function tell(given: Given, file: RegistryFile): string {
  return written(given, file, (one) => {
    const failure = one.failure === null ? [] : [`refused: ${one.failure.code}. ${one.failure.detail}`];
    return [fileTable([one]), ...failure].join("\n");
  });
}

function fileTable(files: readonly RegistryFile[]): string {
  const rows = files.map(({ id, name, state, percent, lines, refusedLines, results, createdAt }) => [
    id,
    name ?? "-",
    `${state} ${percent} %`,
    String(lines),
    String(refusedLines),
    Object.entries(results)
      .map(([result, count]) => `${count} ${result}`)
      .join(", "),
    createdAt,
  ]);
  return table([["file", "name", "state", "lines", "refused", "came of them", "since"], ...rows]);
}
