import type { CaseFile } from "./case-file.ts";
import type { HookReceipt, ToldEvent } from "./hook-journal.ts";
import type { Inquiry } from "./inquiry.ts";
import type { EndpointRow } from "./row-shapes.ts";

/** An event as it first counted at an endpoint. */
export type Told = ToldEvent & { readonly receipt: HookReceipt; readonly objectId: string };

/** One asking for what had ended without arriving to be sent again, on the machine's clock; without an answer it may still be under way. */
export type Replay = { readonly fromMs: number; readonly untilMs: number };

/** What is looked at with, for one endpoint. */
export type Sight = {
  readonly file: CaseFile;
  readonly inquiry: Inquiry;
  readonly endpoint: EndpointRow;
  /** Its receipts, oldest first. */
  readonly came: readonly HookReceipt[];
  readonly replays: readonly Replay[];
};

/** The last part of an endpoint's address: what its receiver calls it. */
export const nameOf = ({ url }: EndpointRow): string => url.replace(/^.*\//, "");
