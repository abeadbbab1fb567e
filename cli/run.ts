import { ApiProblem } from "../api/client.ts";
import { type Command, readCommandLine, UsageError } from "./command.ts";
import { billers } from "./offline/billers.ts";
import { bills } from "./offline/bills.ts";
import { consent } from "./offline/consent.ts";
import { identifyCommand } from "./offline/identify.ts";
import { migrate } from "./offline/migrate.ts";
import { notify } from "./offline/notify.ts";
import { seedSandbox } from "./offline/sandbox-seed.ts";
import { EnvironmentError } from "./offline/settings.ts";
import { cases, oneCase } from "./online/cases.ts";
import { charge, charges } from "./online/charges.ts";
import { clock } from "./online/clock.ts";
import { health, hold, holds, release } from "./online/controls.ts";
import { registryFiles } from "./online/registry-files.ts";
import { signOut } from "./online/sessions.ts";
import { webhooks } from "./online/webhooks.ts";
import { why } from "./online/why.ts";
import { document, resolve, withdraw } from "./online/resolve.ts";

/** A command that works without the API: it reads everything from the environment. */
function offline(
  name: string,
  what: string,
  work: (environment: NodeJS.ProcessEnv) => Promise<string>,
): Command {
  return {
    what,
    usage: `kvitok ${name}`,
    words: [0, 0],
    options: {},
    run: ({ environment }) => work(environment),
  };
}

const commands: Readonly<Record<string, Command>> = {
  migrate: offline("migrate", "bring the database to the newest version", migrate),
  "sandbox-seed": offline(
    "sandbox-seed",
    "write the sandbox city's billers (never in live mode)",
    seedSandbox,
  ),
  identify: identifyCommand,
  billers,
  bills,
  consent,
  notify,
  health,
  charges,
  charge,
  resolve,
  document,
  withdraw,
  cases,
  case: oneCase,
  "registry-files": registryFiles,
  holds,
  hold,
  release,
  "sign-out": signOut,
  clock,
  why,
  webhooks,
};

/** What a command line led to: text for people or programs, what went wrong, and the exit code (2: it was written wrongly, nothing was done). */
export type Ended = { readonly code: 0 | 1 | 2; readonly out?: string; readonly complaint?: string };

/** Runs one command line; never throws for what a command could not do. */
export async function runCommandLine(
  [name = "", ...rest]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Ended> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const help = Object.entries(commands).map(([word, { what }]) => `  kvitok ${word.padEnd(14)} ${what}`);
  if (name === "--help" || name === "-h") return { code: 0, out: help.join("\n") };
  if (command === undefined) return { code: 2, complaint: `What shall it do?\n${help.join("\n")}` };
  if (rest.includes("--help") || rest.includes("-h")) {
    return { code: 0, out: `${command.usage}\n${command.what}` };
  }
  try {
    const said = await command.run(readCommandLine(command, rest, environment));
    return typeof said === "string" ? { code: 0, out: said } : said;
  } catch (cause) {
    const wrong = cause instanceof EnvironmentError || cause instanceof UsageError;
    return { code: wrong ? 2 : 1, complaint: `kvitok ${name}: ${sentenceOf(cause)}` };
  }
}

function sentenceOf(cause: unknown): string {
  if (cause instanceof ApiProblem) {
    const fields = cause.errors.map(({ field, detail }) => `\n  ${field}: ${detail}`);
    return `${cause.title}. ${cause.detail} (${cause.status} ${cause.code})${fields.join("")}`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
