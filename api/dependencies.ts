import type { Pool } from "pg";
import type { Logger } from "pino";
import type { BillSource } from "../adapters/bill-sources/port.ts";
import type { Gateway } from "../adapters/gateways/port.ts";
import type { AllowedHosts } from "../adapters/public-web/public-address.ts";
import type { ReadReturnedMail } from "../adapters/channels/returned-mail.ts";
import type { PaperMaker } from "../adapters/papers/port.ts";
import type { QrPictureReader } from "../adapters/pictures/port.ts";
import type { Database } from "../db/database.ts";
import type { Sealer } from "../db/sealed.ts";
import type { PaymentView } from "../workflows/messages.ts";
import type { CityClock } from "./city-clock.ts";
import type { ConsentSigner } from "./consent-documents.ts";
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
  /** A person's rights (`openDatabase`, `actingFor`): in a request it reaches the rows of its caller and no others. */
  readonly db: Database;
  /** The engine's rights: for operators, billers and gateways, and for what follows from a person's command at others. */
  readonly engine: Database;
  /** The engine's connections, for bills that stream in. */
  readonly pool: Pool;
  readonly sealer: Sealer;
  /** Key of the names of debts; never changes. */
  readonly claimKey: Uint8Array;
  /** By name, as billers and methods name them. */
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** Where bills can be asked for, by name; none where none is configured. */
  readonly billSources: ReadonlyMap<string, BillSource>;
  /** Web push: the key that browsers subscribe for, and servers that may be named though they are not public. Off where left out. */
  readonly push?: { readonly publicKey: string; readonly allowed: AllowedHosts };
  readonly temporal: PayerReturns;
  readonly pictures: QrPictureReader;
  readonly papers: PaperMaker;
  readonly verifyToken: VerifyToken;
  /** `acr` values of which the token of an operator must bear one (RFC 9470); any or none will do where left out or empty. */
  readonly operatorAcrValues?: readonly string[];
  /** Seconds after which a session of the page that nobody used has ended. */
  readonly sessionIdleSeconds: number;
  readonly consents: ConsentSigner;
  readonly livemode: boolean;
  /** Where people reach the page, without a slash at the end. */
  readonly publicUrl: string;
  /** Networks (CIDR) from which a gateway's notifications come. */
  readonly notificationSources: readonly string[];
  /** Networks (CIDR) from which sources of bills send their notices; none where left out. */
  readonly noticeSources?: readonly string[];
  /** Networks (CIDR) of our own proxies: their word about who is behind them counts. None where left out. */
  readonly trustedProxies?: readonly string[];
  /** Milliseconds that an answer to somebody who pays waits for the payment's first result; 3,000 where left out. */
  readonly firstResultMs?: number;
  /** Payments a minute that a lifted hold admits, where its operator names no rate; 60 where left out. */
  readonly releasePerMinute?: number;
  /** Receivers of webhooks that need not be public, as exact `host:port`; none where left out. */
  readonly webhookAllow?: ReadonlySet<string>;
  /** Who may hand over bounces and complaints, and how they are read; nobody's are taken where left out. */
  readonly inboundMail?: { readonly secret: string; readonly read: ReadReturnedMail };
  /** The sandbox's clock beyond the rows; without it the city's other servers keep their own time. */
  readonly cityClock?: CityClock;
  readonly log: Logger;
};
