import type { Command } from "./client.ts";
import { type ClientOptions, createRequester } from "./client-request.ts";
import type { Page } from "./schemas/fields.ts";
import type { AddBills, AddedBills, Freshness, LookedUp, LookUp, WidgetUses } from "./schemas/finding.ts";

/** Finding bills by hand, and how fresh what is found on its own is. */
export function finding(options: ClientOptions) {
  const { get, ask, send } = createRequester(options);
  return {
    /** Asks every source now by a number that is kept nowhere; nothing of the answer is kept either. */
    lookUpBills: (body: LookUp) => ask<LookedUp>("/v1/bills/look-up", { body }),
    /** Adds bills of mine: by UIN, by account and period at a biller, or by the code of a paper. */
    addBills: (body: AddBills, command: Command = {}) =>
      send<AddedBills>("POST", "/v1/bills/added", { body, ...command }),
    listSources: () => get<Page<Freshness>>("/v1/me/sources"),
    /** For operators: shares of all who came in a month (`YYYY-MM`). */
    readWidgetUses: (query: { readonly month?: string } = {}) =>
      get<WidgetUses>("/v1/operator/widget-uses", query),
  };
}
