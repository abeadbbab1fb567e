import type { Capabilities } from "../../../adapters/gateways/port.ts";
import type { Till } from "./till.ts";

/** One assumption about a gateway, by name. Plain data, so that the very same case can be run against an adapter that is wrong on purpose. */
export type ContractCase = {
  readonly name: string;
  /** Only for adapters that can (or cannot) do something; for all where absent. */
  readonly when?: (can: Capabilities) => boolean;
  /** It holds at a vendor's own sandbox too: it needs nothing that only ours can do. */
  readonly everywhere?: true;
  /** Throws when the assumption does not hold. */
  readonly run: (till: Till) => Promise<void>;
};

export type ContractPart = { readonly title: string; readonly cases: readonly ContractCase[] };
