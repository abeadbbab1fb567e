import type { Logger } from "pino";
import type { Gateway } from "../adapters/gateways/port.ts";
import type { Database } from "../db/database.ts";
import type { Sealer } from "../db/sealed.ts";
import type { PaymentView } from "../workflows/messages.ts";
import type { VerifyToken } from "./authentication.ts";

/** What the API asks of Temporal; everything else goes through rows and the outbox. */
export type PayerReturns = {
  /** Tells the payment's workflow that its payer came back from the bank, and waits for its look at the charge. */
  payerReturned(paymentId: string, deadlineMs: number): Promise<PaymentView | "unavailable">;
  /** Does it answer right now? Never throws, takes a second at most. */
  isConnected(): Promise<boolean>;
};

/** Everything that the API is made from; chosen by the process that serves it. */
export type ApiDependencies = {
  readonly db: Database;
  readonly sealer: Sealer;
  /** Key of the names of debts; never changes. */
  readonly claimKey: Uint8Array;
  /** By name, as billers and methods name them. */
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly temporal: PayerReturns;
  readonly verifyToken: VerifyToken;
  readonly livemode: boolean;
  /** Where people reach the page, without a slash at the end. */
  readonly publicUrl: string;
  /** Networks (CIDR) from which a gateway's notifications come. */
  readonly notificationSources: readonly string[];
  readonly log: Logger;
};
