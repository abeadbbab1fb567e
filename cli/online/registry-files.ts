import { open, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { RegistryFile } from "../../api/client.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";
import { allOf, apiOptions, apiUsage, connect, written } from "./api.ts";
import { table } from "./text.ts";

const usage = `kvitok registry-files BILLER [FILE] [--report FILE] [--send PATH [--file-version N]] ${apiUsage}
  --send sends a file of this computer, as the catalogue says that the biller writes it; it is imported behind the answer. --file-version is the file's own order, for lines without versions.
  Without FILE the biller's newest files, how far each has come, and what came of its lines. --report writes the refused lines of one as CSV.`;

/** `kvitok registry-files`: files that billers uploaded, on their way and done with. */
export const registryFiles: Command = {
  what: "registry files of a biller: progress, results, refused lines",
  usage,
  words: [1, 2],
  options: {
    ...apiOptions,
    report: { type: "string" },
    send: { type: "string" },
    "file-version": { type: "string" },
  },
  run: async (given) => {
    const [billerId = "", id] = given.words;
    const report = textOption(given, "report");
    const path = textOption(given, "send");
    if (report !== undefined && id === undefined) throw new UsageError(usage);
    if (path !== undefined) return send(given, { billerId, id, path });
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

async function send(
  given: Given,
  {
    billerId,
    id,
    path,
  }: { readonly billerId: string; readonly id: string | undefined; readonly path: string },
): Promise<string> {
  const versionText = textOption(given, "file-version");
  const version = versionText === undefined ? undefined : Number(versionText);
  const isVersion = version === undefined || (Number.isSafeInteger(version) && version >= 1);
  if (id !== undefined || !isVersion) throw new UsageError(usage);
  const api = await connect(given);
  // opened before anything is sent: a path that leads nowhere is no upload
  const file = await open(path);
  const content: ReadableStream<Uint8Array> = ReadableStream.from(file.createReadStream());
  const order = version === undefined ? {} : { version };
  return tell(given, await api.uploadRegistryFile({ billerId, content, name: basename(path), ...order }));
}

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
