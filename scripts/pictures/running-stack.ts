import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { nodeCommand, repositoryFolder } from "../../processes/dev/process-command.ts";
import { freePortBase } from "../../test/support/launcher.ts";

const readyWithinMs = 240_000;

/** Starts a stack of our own in an empty folder, works with its board, and ends it with everything that it left. */
export async function withOwnStack(work: (boardFile: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kvitok-pictures-"));
  const boardFile = join(folder, "board.json");
  const flags = ["--no-story", "--quiet", "--data-dir", join(folder, "data"), "--board", boardFile];
  const command = nodeCommand(
    "processes/dev/main.ts",
    [...flags, "--port-base", String(await freePortBase())],
    {},
  );
  const launcher = spawn(command.file, command.args, { cwd: repositoryFolder, stdio: "inherit" });
  const ended = new Promise<void>((resolve) => {
    launcher.on("close", () => resolve());
  });
  try {
    const deadline = performance.now() + readyWithinMs;
    while (!existsSync(boardFile)) {
      if (launcher.exitCode !== null) throw new Error("the launcher ended before everything was ready");
      if (performance.now() > deadline) throw new Error("the stack was not ready in time");
      await pause(200);
    }
    await work(boardFile);
  } finally {
    launcher.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}
