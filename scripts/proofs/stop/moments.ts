import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";

/** How far a debit has come; a stop may come after each. Most of them come while money is on its way. `decided`: or as far as it comes alone: nobody knows, or the bank waits for its payer. */
export const MOMENTS = ["arrived", "planned", "sent", "sent", "sent", "asked", "decided"] as const;
export type Moment = (typeof MOMENTS)[number];

const ORDER: readonly Moment[] = ["arrived", "planned", "sent", "asked", "decided"];
const LOOK_EVERY_MS = 60;
/** A debit that never comes so far is stopped all the same. */
const PATIENCE_MS = 60_000;

/** Watches how far the debits of some bills have come: one question for all of them, however many wait. */
export class Moments {
  readonly #reached = new Map<string, Moment>();
  readonly #billIds: readonly string[];
  readonly #db: Database;
  #isOver = false;

  constructor(db: Database, billIds: readonly string[]) {
    this.#db = db;
    this.#billIds = billIds;
  }

  /** Looks again and again until {@link end}. */
  async watch(): Promise<void> {
    while (!this.#isOver) {
      for (const { billId, moment } of await readMoments(this.#db, this.#billIds))
        this.#reached.set(billId, moment);
      await pause(LOOK_EVERY_MS);
    }
  }

  end(): void {
    this.#isOver = true;
  }

  /** Waits until this bill's debit has come so far, or further. */
  async until(billId: string, moment: Moment): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (ORDER.indexOf(this.at(billId)) < ORDER.indexOf(moment) && Date.now() < deadline)
      await pause(LOOK_EVERY_MS);
  }

  at(billId: string): Moment {
    return this.#reached.get(billId) ?? "arrived";
  }
}

async function readMoments(
  db: Database,
  billIds: readonly string[],
): Promise<readonly { readonly billId: string; readonly moment: Moment }[]> {
  const { rows } = await sql<{ billId: string; moment: Moment }>`
    select y.bill_id as "billId", case when y.state in ('paid', 'closed', 'returning')
          or exists (select 1 from charges c where c.payment_id = y.id and c.state in ('unknown', 'challenged')) then 'decided' when y.state = 'needs-payer' then 'asked'
        when exists (select 1 from charges c where c.payment_id = y.id) then 'sent' else 'planned' end as moment
      from payments y where y.bill_id = any(${billIds})`.execute(db);
  return rows;
}
