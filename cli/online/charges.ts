import type { OperatorCharge } from "../../api/client.ts";
import { type Command, textOption, UsageError } from "../command.ts";
import { allOf, apiOptions, apiUsage, connect, written } from "./api.ts";
import { age, money, table } from "./text.ts";

export const charges: Command = {
  what: "charges that may still take money, oldest first",
  usage: `kvitok charges --undecided [--gateway NAME] ${apiUsage}`,
  words: [0, 0],
  options: { ...apiOptions, undecided: { type: "boolean" }, gateway: { type: "string" } },
  run: async (given) => {
    if (given.options["undecided"] !== true) throw new UsageError(charges.usage);
    const gateway = textOption(given, "gateway");
    const client = await connect(given);
    const items = await allOf((cursor) =>
      client.listUndecidedCharges({
        limit: 100,
        ...(cursor === undefined ? {} : { cursor }),
        ...(gateway === undefined ? {} : { gateway }),
      }),
    );
    return written(given, items, asTable);
  },
};

export const charge: Command = {
  what: "a charge, and what operators proposed and decided about it",
  usage: `kvitok charge CHARGE ${apiUsage}`,
  words: [1, 1],
  options: apiOptions,
  run: async (given) => {
    const [id = ""] = given.words;
    const client = await connect(given);
    return written(given, await client.getChargeAsOperator(id), (one) =>
      [asTable([one]), ...one.resolutions.map(resolutionLine)].join("\n"),
    );
  },
};

function asTable(items: readonly OperatorCharge[]): string {
  if (items.length === 0) return "none";
  const head = ["CHARGE", "GATEWAY", "STATE", "AMOUNT", "AGE", "LOOKS", "NEXT LOOK", "DUE", "PROPOSED"];
  return table([
    head,
    ...items.map((one) => [
      one.id,
      one.gateway,
      one.state,
      money(one.amount),
      age(one.ageSeconds),
      String(one.looks),
      one.nextLookAt ?? "-",
      one.dueOn,
      one.resolutions.find(({ state }) => state === "open")?.verdict ?? "-",
    ]),
  ]);
}

function resolutionLine(one: OperatorCharge["resolutions"][number]): string {
  const amount = one.amount === null ? "" : ` ${money(one.amount)}`;
  return `${one.id} ${one.state}: ${one.verdict}${amount}, sha256 ${one.document.sha256}, until ${one.expiresAt}`;
}
