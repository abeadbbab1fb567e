import type { Case } from "../../api/client.ts";
import { type Command, textOption, UsageError } from "../command.ts";
import { allOf, apiOptions, apiUsage, connect, written } from "./api.ts";
import { money, table } from "./text.ts";

export const cases: Command = {
  what: "tasks for people, oldest first",
  usage: `kvitok cases [--closed] ${apiUsage}`,
  words: [0, 0],
  options: { ...apiOptions, closed: { type: "boolean" } },
  run: async (given) => {
    const state = given.options["closed"] === true ? "closed" : "open";
    const client = await connect(given);
    const items = await allOf((cursor) =>
      client.listCases({ state, limit: 100, ...(cursor === undefined ? {} : { cursor }) }),
    );
    return written(given, items, asTable);
  },
};

export const oneCase: Command = {
  what: "a task: show it, take it, or close it with the reason",
  usage: `kvitok case CASE [--take | --close REASON] ${apiUsage}`,
  words: [1, 1],
  options: { ...apiOptions, take: { type: "boolean" }, close: { type: "string" } },
  run: async (given) => {
    const [id = ""] = given.words;
    const why = textOption(given, "close");
    const take = given.options["take"] === true;
    if (take && why !== undefined) throw new UsageError(oneCase.usage);
    const client = await connect(given);
    const answer =
      why === undefined
        ? await (take ? client.takeCase(id) : client.getCase(id))
        : await client.closeCase(id, { why });
    return written(given, answer, inWords);
  },
};

function asTable(items: readonly Case[]): string {
  if (items.length === 0) return "none";
  return table([
    ["CASE", "KIND", "ABOUT", "AT STAKE", "SINCE", "OWNER"],
    ...items.map((one) => [one.id, one.kind, one.subject, money(one.amount), one.openedAt, one.owner ?? "-"]),
  ]);
}

function inWords(one: Case): string {
  const closed =
    one.closedAt === null
      ? "open"
      : `closed ${one.closedAt} by ${one.closedBy ?? "?"}: ${one.closedWhy ?? ""}`;
  return [asTable([one]), `${closed}; came up ${one.times}×`, JSON.stringify(one.detail)].join("\n");
}
