import { migrate } from "./offline/migrate.ts";
import { seedSandbox } from "./offline/sandbox-seed.ts";
import { EnvironmentError } from "./offline/settings.ts";

/** A command reads its settings from the environment, says on standard output what it did, and throws when it could not. */
type Command = {
  readonly what: string;
  readonly run: (environment: NodeJS.ProcessEnv) => Promise<string>;
};

const commands: Readonly<Record<string, Command>> = {
  migrate: { what: "bring the database to the newest version", run: migrate },
  "sandbox-seed": { what: "write the sandbox city's billers (never in live mode)", run: seedSandbox },
};

const [name = "", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
const help = Object.entries(commands).map(([word, { what }]) => `  kvitok ${word.padEnd(14)} ${what}`);
if (name === "--help" || name === "-h") {
  console.log(help.join("\n"));
} else if (command === undefined || rest.length > 0) {
  console.error(`What shall it do?\n${help.join("\n")}`);
  process.exitCode = 2;
} else {
  try {
    // oxlint-disable-next-line node/no-process-env -- a command is a process of its own: this is its only look at the environment
    console.log(await command.run(process.env));
  } catch (cause) {
    console.error(`kvitok ${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exitCode = cause instanceof EnvironmentError ? 2 : 1;
  }
}
