import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inheritedEnvironment, killOnStop, nodeCommand, repositoryFolder } from "./process-command.ts";
import type { TemporalProgram } from "./temporal-releases.ts";

const noAnswerAfterMs = 10_000;
const longestMs = 180_000;

/**
 * Lets Temporal's SDK download the program in its own way. On a machine that cannot reach its host it gives up
 * after ten seconds without a first byte, so that the next way gets its turn.
 *
 * @param folder an empty folder for the download
 */
export async function downloadBySdk(
  program: TemporalProgram,
  folder: string,
): Promise<{ readonly path: string } | { readonly reason: string }> {
  const downloads = join(folder, "sdk");
  mkdirSync(downloads);
  const command = nodeCommand(
    "processes/dev/sdk-download-process.ts",
    [program.name, program.version, downloads],
    {},
  );
  const child = spawn(command.file, command.args, {
    cwd: repositoryFolder,
    env: inheritedEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  killOnStop(child);
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words += chunk.toString("utf8");
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  const startedAt = Date.now();
  while (child.exitCode === null && child.signalCode === null) {
    const waitedMs = Date.now() - startedAt;
    const limitMs = readdirSync(downloads).length > 0 ? longestMs : noAnswerAfterMs;
    if (waitedMs > limitMs) child.kill("SIGKILL");
    await Promise.race([ended, delay(100)]);
  }
  const code = await ended;
  const [file] = readdirSync(downloads);
  if (code === 0 && file) return { path: join(downloads, file) };
  return { reason: `the SDK's download did not work: ${reasonIn(words)}` };
}

function reasonIn(words: string): string {
  const line = words.split("\n").find((candidate) => /error/i.test(candidate));
  return line?.trim().slice(0, 300) ?? `no answer within ${noAnswerAfterMs / 1000} s`;
}
