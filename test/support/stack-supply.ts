import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeCommand } from "../../processes/dev/process-command.ts";
import { freePortBase } from "./launcher.ts";
import type { Supply } from "./server-broker.ts";

/** Starts the whole stack by the real launcher, without its story; answers its board and where the board lies. */
export const supplyStack: Supply = async (run) => {
  const boardFile = join(run.folder, "stack-board.json");
  const dataDirectory = join(run.folder, "stack");
  const flags = [
    "--no-story",
    "--quiet",
    "--data-dir",
    dataDirectory,
    "--port-base",
    String(await freePortBase()),
    "--board",
    boardFile,
  ];
  await run.serve({
    name: "stack",
    kind: "service",
    needs: [],
    command: () => nodeCommand("processes/dev/main.ts", flags, {}),
    // The launcher writes the board when everything is ready.
    isReady: () => Promise.resolve(existsSync(boardFile)),
    readyWithinSeconds: 480,
    stopWithinSeconds: 60,
  });
  return { boardFile, dataDirectory, board: JSON.parse(readFileSync(boardFile, "utf8")) as object };
};
