import type { Database } from "../../../db/database.ts";
import type { Sealer } from "../../../db/sealed.ts";
import type { BankView } from "./bank-view.ts";
import type { WorkflowRunName } from "./workflow-runs.ts";

/** A biller whose bills may be pushed. */
export type WorldBiller = {
  readonly id: string;
  /** Secret of its signed pushes (Standard Webhooks, `whsec_…`). */
  readonly secret: string;
};

/** A whole engine with everything around it: real PostgreSQL, Temporal, workers, API, bank, mail. */
export type World = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly bank: BankView;
  /** Base address of the API, without a slash at the end. */
  readonly api: string;
  readonly billers: readonly WorldBiller[];
  /** The second gateway, where this world has one. */
  readonly stripe?: {
    readonly billerId: string;
    /** A customer with a saved test card, by the vendor's name of it (`pm_card_visa` where left out): their token. */
    readonly savedCard: (card?: string) => Promise<string>;
  };
  /** Bearer token of a resident who has this login. */
  readonly token: (login: string) => Promise<string>;
  /** Ends the worker as roughly as this world can, and waits for the next one. */
  readonly restartWorker: () => Promise<void>;
  /** Kills Temporal and waits for the next one, where this world has a Temporal to itself. */
  readonly restartTemporal?: () => Promise<void>;
  /** Every run of these workflow types that Temporal knows, open or closed. */
  readonly runs: (types: readonly string[]) => Promise<readonly WorkflowRunName[]>;
  readonly close: () => Promise<void>;
};

/** Makes a world for one run of a proof. */
export type MakeWorld = () => Promise<World>;
