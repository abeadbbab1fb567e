import { type AccountName, isConnected } from "../db/queries/accounts.ts";
import { takeLookUp } from "../db/queries/look-ups.ts";
import { debtKey } from "../db/sealed.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { type ApiContext, payerAddress } from "./environment.ts";
import { subscriberOf } from "./networks.ts";
import { mustBeTurn } from "./turns.ts";

/**
 * Takes one look-up by number of whoever asks, before anything is looked up: amounts of strangers are not to be guessed number by number.
 *
 * @throws Refusal `look-up-limit` with `Retry-After` when the person or their address has none left; nothing is to be answered then
 */
export async function mayLookUp(
  { db, claimKey }: Pick<ApiDependencies, "db" | "claimKey">,
  c: ApiContext,
  lookUp: {
    readonly residentId: string;
    /** What is looked up, e.g. `account`; stands in the audit. */
    readonly what: string;
    /** The number's keyed name (`subjectKey`, `debtKey`), never the number. */
    readonly numberKey: string;
  },
): Promise<void> {
  const address = payerAddress(c);
  const turn = await takeLookUp(db, claimKey, {
    ...lookUp,
    address: address === null ? null : subscriberOf(address),
  });
  mustBeTurn(turn, "look-up-limit");
}

/**
 * Takes a look-up for an account that is to be connected: its bills become visible. An account that is the caller's already shows nothing new and costs nothing.
 *
 * @throws Refusal `look-up-limit`
 */
export async function mayConnect(
  tools: Pick<ApiDependencies, "db" | "claimKey">,
  c: ApiContext,
  account: AccountName,
): Promise<void> {
  if (await isConnected(tools.db, account)) return;
  const numberKey = debtKey(tools.claimKey, ["account", account.billerId, account.account]);
  await mayLookUp(tools, c, { residentId: account.residentId, what: "account", numberKey });
}
