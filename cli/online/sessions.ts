import { type Command, textOption, UsageError } from "../command.ts";
import { apiOptions, apiUsage, connect, written } from "./api.ts";

export const signOut: Command = {
  what: "sign a person out of every browser, by their id: a lost device, an account that was taken over",
  usage: `kvitok sign-out RESIDENT --reason TEXT ${apiUsage}`,
  words: [1, 1],
  options: { ...apiOptions, reason: { type: "string" } },
  run: async (given) => {
    const [residentId = ""] = given.words;
    const reason = textOption(given, "reason");
    if (reason === undefined) throw new UsageError(signOut.usage);
    const client = await connect(given);
    return written(given, await client.endSessionsOf(residentId, { reason }), ({ ended }) =>
      ended === 0 ? "No session was open." : `Ended: ${ended}.`,
    );
  },
};
