import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { repositoryFolder } from "./process-command.ts";
import { FailureWithWaysOut } from "./way-out.ts";

/** What the command line asks for. */
export interface LauncherOptions {
  readonly dataDirectory: string;
  readonly portBase: number;
  /** A second place for the board, beside `board.json` in the data folder. */
  readonly boardFile: string | undefined;
  readonly story: boolean;
  readonly quiet: boolean;
  readonly reset: boolean;
  readonly help: boolean;
}

export const helpText = `npm start -- [flags]

  --data-dir DIR   where all data and logs are kept (.kvitok)
  --port-base N    first of fourteen ports in a row, all on 127.0.0.1 (4600)
  --board FILE     write the addresses there, as JSON, when everything is ready
  --no-story       do not play the demonstration
  --quiet          say only what goes wrong
  --reset          begin anew: delete everything in the data folder
  --help           this text
`;

const lastPortOffset = 14;

/**
 * Reads the command line.
 *
 * @throws FailureWithWaysOut for unknown flags and impossible values
 */
export function readFlags(args: readonly string[]): LauncherOptions {
  const values = parse(args);
  const portBase = Number(values["port-base"]);
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase + lastPortOffset > 65_535) {
    throw new FailureWithWaysOut(`--port-base ${values["port-base"]} is no port that can be used.`, [
      `a whole number from 1024 to ${65_535 - lastPortOffset}`,
    ]);
  }
  return {
    dataDirectory: resolve(values["data-dir"] ?? resolve(repositoryFolder, ".kvitok")),
    portBase,
    boardFile: values.board === undefined ? undefined : resolve(values.board),
    story: !values["no-story"],
    quiet: values.quiet,
    reset: values.reset,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        "data-dir": { type: "string" },
        "port-base": { type: "string", default: "4600" },
        board: { type: "string" },
        "no-story": { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        reset: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FailureWithWaysOut(error.message, ["npm start -- --help"], { cause: error });
  }
}
