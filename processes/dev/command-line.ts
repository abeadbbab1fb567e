import { fetchUsers } from "./board.ts";
import { helpText, readFlags } from "./flags.ts";
import { type LauncherParts, launch } from "./launcher.ts";
import { nodeCommand } from "./process-command.ts";
import { kvitokProcesses } from "./process-list.ts";
import { FailureWithWaysOut } from "./way-out.ts";

const kvitokParts: LauncherParts = {
  processes: kvitokProcesses,
  users: fetchUsers,
  story: (boardFile) => nodeCommand("scripts/demo.ts", ["--board", boardFile], {}),
};

/**
 * Runs the launcher as the command line asks.
 *
 * @param parts stand-ins for tests; the real stack when not said
 * @returns the exit code: 0 after a wish to end or --help, 1 when something could not be started
 */
export async function runFromCommandLine(
  args: readonly string[],
  parts: LauncherParts = kvitokParts,
): Promise<number> {
  // A closed terminal or pipe must not end the launcher before it has ended what it started.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    const options = readFlags(args);
    if (options.help) process.stdout.write(helpText);
    else await launch(options, parts);
    return 0;
  } catch (error) {
    if (!(error instanceof FailureWithWaysOut)) throw error;
    process.stderr.write(`${error.forPeople()}\n`);
    return 1;
  }
}
