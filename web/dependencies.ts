import type { Logger } from "pino";
import type { MessagePreviews } from "./message-previews.ts";

/** What the page needs from the process that serves it. */
export interface WebDependencies {
  /** The API in this very process: takes a request as it would come over the network, answers without one. */
  readonly api: (request: Request) => Promise<Response>;
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
  /** `acr` values of which an operator's sign-in must bear one; any or none will do where left out or empty. */
  readonly operatorAcrValues?: readonly string[];
  /** Where people reach the page, e.g. `https://pay.city.example`; return addresses and cookies are made from it. */
  readonly publicUrl: string;
  /** 32 bytes; seals cookies and form tokens. All processes that serve one page share it. */
  readonly sessionKey: Uint8Array;
  /** False in the sandbox: every page says that nothing on it is real. */
  readonly livemode: boolean;
  /** Every message there is, for its page; absent in live mode. */
  readonly messagePreviews?: MessagePreviews;
  /** Temporal UI, for operators; absent where there is none. */
  readonly temporalUiUrl?: string;
  /** Where failures are told; a logger of its own when absent. */
  readonly log?: Logger;
}
