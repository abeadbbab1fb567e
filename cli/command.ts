import { type ParseArgsConfig, parseArgs } from "node:util";

/** What a command was given: its words in order, its options, and the environment. */
export type Given = {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly environment: NodeJS.ProcessEnv;
};

/** What a command says on standard output, and the code it ends with when that is not 0. */
export type Said = string | { readonly out: string; readonly code: 0 | 1 };

/** A command reads what it was given, answers what it says on standard output, and throws when it could not. */
export type Command = {
  readonly what: string;
  /** How its words and options are written, behind its name. */
  readonly usage: string;
  /** How many words it takes, at least and at most. */
  readonly words: readonly [least: number, most: number];
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  readonly run: (given: Given) => Promise<Said>;
};

/** The command was written wrongly: nothing was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the words and options of a command line.
 *
 * @throws UsageError saying what does not fit
 */
export function readCommandLine(
  command: Command,
  line: readonly string[],
  environment: NodeJS.ProcessEnv,
): Given {
  try {
    const { values, positionals } = parseArgs({
      args: [...line],
      options: command.options,
      allowPositionals: true,
    });
    const [least, most] = command.words;
    if (positionals.length < least || positionals.length > most) throw new UsageError(command.usage);
    return { words: positionals, options: values, environment };
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(`${cause.message}\n${command.usage}`, { cause });
    throw cause;
  }
}

/** The text of an option that takes one. */
export function textOption(given: Given, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === "string" ? value : undefined;
}

/** The texts of an option that may be given several times. */
export function textOptions(given: Given, name: string): readonly string[] {
  const values = given.options[name];
  return Array.isArray(values) ? values.filter((value): value is string => typeof value === "string") : [];
}
