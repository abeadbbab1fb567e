import { sql } from "kysely";
import type { BillSource, SourceAnswer } from "../../adapters/bill-sources/port.ts";
import { receiveReadings } from "../../db/queries/arrivals.ts";
import type { SourceBill } from "../../domain/source-bill.ts";
import { claimKey, type Engine } from "../support/engine-core.ts";
import { payee } from "../support/rows.ts";

/** A source of bills for stories: it holds one bill, and may be away. */
export class StorySource {
  away = false;
  readonly source: BillSource;
  #bill: SourceBill | null = null;
  #version = 0;

  constructor() {
    this.source = {
      name: "gis-gmp",
      capabilities: {
        searchBy: ["uin"],
        searchByInPart: [],
        byTime: false,
        push: "none",
        mostPerRequest: 100,
        billsPerPage: 100,
        mostPages: 1,
        limits: { perSecond: 100, atOnce: 1 },
      },
      search: () => Promise.resolve(this.#answer()),
    };
  }

  /** A bill of this account, found now; its reading is stored as discovery stores it. */
  async tell({ db }: Engine, account: string): Promise<string> {
    const { rows } = await sql<{ due: string }>`select (business_now()::date + 20)::text as due`.execute(db);
    this.#bill = { ...plain, account, dueOn: rows[0]?.due ?? null };
    const [arrival] = await receiveReadings(db, this.#bills(), claimKey);
    if (arrival === undefined || "unplaceable" in arrival) throw new Error("the bill found no place");
    return arrival.billId;
  }

  #bills(): readonly SourceBill[] {
    this.#version += 1;
    return this.#bill === null ? [] : [{ ...this.#bill, version: this.#version }];
  }

  #answer(): SourceAnswer {
    return this.away
      ? { kind: "unreachable", why: "cancelled", detail: "cancelled" }
      : { kind: "complete", bills: this.#bills(), unreadable: [], asOf: null };
  }
}

const plain: SourceBill = {
  source: "gis-gmp",
  biller: { id: "gorod-zhkh", payeeInn: payee.inn, category: null },
  uin: "18810177261129123455",
  account: null,
  period: "2026-11",
  kind: "charge",
  externalId: null,
  status: "issued",
  version: 1,
  issuedOn: null,
  dueOn: null,
  totalMinor: 75_000,
  dueMinor: null,
  currency: "RUB",
  discount: null,
  purpose: "Штраф",
  payee: { ...payee, correspondentAccount: null, kbk: null, oktmo: null },
  subjects: [],
  acknowledgement: null,
  payments: [],
};
