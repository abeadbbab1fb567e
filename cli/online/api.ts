import { readFile } from "node:fs/promises";
import type { ParseArgsConfig } from "node:util";
import { type Client, createClient } from "../../api/client.ts";
import { type Given, textOption, UsageError } from "../command.ts";

/** Options of every command that asks the API. */
export const apiOptions = {
  json: { type: "boolean" },
  api: { type: "string" },
  "token-file": { type: "string" },
} as const satisfies NonNullable<ParseArgsConfig["options"]>;

export const apiUsage = "[--json] [--api URL] [--token-file FILE]";

const ownComputer = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The API on behalf of the operator whose token is in KVITOK_TOKEN, or in a file: a token among the arguments would be seen by everybody on the machine.
 *
 * @throws UsageError when there is no token, or it would travel in the clear to another machine
 */
export async function connect(given: Given): Promise<Client> {
  const { environment } = given;
  const url = textOption(given, "api") ?? environment["KVITOK_API"] ?? "http://127.0.0.1:4600";
  if (!URL.canParse(url)) throw new UsageError(`KVITOK_API is no address: ${url}`);
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && ownComputer.test(hostname))) {
    throw new UsageError("KVITOK_API must be an https address: the token would travel in the clear");
  }
  const file = textOption(given, "token-file");
  const token = (file === undefined ? environment["KVITOK_TOKEN"] : await readFile(file, "utf8"))?.trim();
  if (token === undefined || token === "") {
    throw new UsageError("no token: set KVITOK_TOKEN, or name a file with --token-file");
  }
  return createClient({ baseUrl: url, token, locale: "en" });
}

/** As JSON where that was asked for, else in words. */
export function written<Answer>(given: Given, answer: Answer, inWords: (answer: Answer) => string): string {
  return given.options["json"] === true ? JSON.stringify(answer, null, 2) : inWords(answer);
}

/** All pages of a list. */
export async function allOf<Item>(
  page: (cursor: string | undefined) => Promise<{
    readonly items: readonly Item[];
    readonly nextCursor: string | null;
  }>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    items.push(...next.items);
    cursor = next.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
