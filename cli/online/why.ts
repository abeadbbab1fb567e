import type { Why } from "../../api/client.ts";
import { type Command, UsageError } from "../command.ts";
import { apiOptions, apiUsage, connect, written } from "./api.ts";
import { table } from "./text.ts";

export const why: Command = {
  what: "why a payment was charged or not: rule, limit, notice, attempts, outcome",
  usage: `kvitok why payment ID ${apiUsage}`,
  words: [2, 2],
  options: apiOptions,
  run: async (given) => {
    const [what = "", id = ""] = given.words;
    if (what !== "payment") throw new UsageError(why.usage);
    const client = await connect(given);
    return written(given, await client.whyPayment(id), asText);
  },
};

function asText({ reason, words, steps }: Why): string {
  const lines = steps.map(({ at, step, words: told }) => [at, step, told]);
  return [`${reason}: ${words}`, table([["AT", "STEP", "WHAT"], ...lines])].join("\n");
}
