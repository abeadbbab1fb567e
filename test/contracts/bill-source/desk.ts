import type { BillSource, SourceAnswer, SourceScope } from "../../../adapters/bill-sources/port.ts";
import type { SourceBill, SubjectIdentifier } from "../../../domain/source-bill.ts";
import { expect } from "vitest";
import type { Bench, SourceWorld } from "./source-world.ts";

/** Makes another source of one: for adapters that are wrong on purpose. */
export type Change = (source: BillSource) => BillSource;

/** What a contract case works with: the source (perhaps a wrong one), the hands behind it, and short ways to ask. */
export class Desk {
  readonly source: BillSource;
  readonly sourceByTime: BillSource;
  readonly bench: Bench;

  constructor(world: SourceWorld, change: Change = (source) => source) {
    this.source = change(world.source);
    this.sourceByTime = change(world.sourceByTime);
    this.bench = world.bench;
  }

  search(
    identifiers: readonly SubjectIdentifier[],
    scope: SourceScope = "all",
    signal: AbortSignal = new AbortController().signal,
  ): Promise<SourceAnswer> {
    return this.source.search({ by: "identifiers", identifiers, scope }, signal);
  }

  byUin(...uins: readonly string[]): Promise<SourceAnswer> {
    return this.search(uins.map((value) => ({ kind: "uin", value })));
  }

  /** One bill by its number; the answer must be complete. */
  async bill(uin: string): Promise<SourceBill> {
    const answer = await this.byUin(uin);
    expect(answer.kind).toBe("complete");
    const bills = billsOf(answer);
    expect(bills).toHaveLength(1);
    const [bill] = bills;
    if (bill === undefined) throw new Error("the bill is not there");
    return bill;
  }

  /** Loads one charge and answers with its number. */
  async issue(change: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const [uin] = await this.bench.issue(fine(change));
    if (uin === undefined) throw new Error("no charge was made");
    return uin;
  }
}

/** The bills of an answer; none where nothing was read. */
export function billsOf(answer: SourceAnswer): readonly SourceBill[] {
  return answer.kind === "complete" || answer.kind === "partial" ? answer.bills : [];
}

/** The certificate of somebody's car. */
export const CERTIFICATE: SubjectIdentifier = { kind: "sts", value: "77УН123456" };

/** A traffic fine of 750 roubles as its issuer loads it. */
export function fine(change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    billDate: "2026-03-10T12:00:00+03:00",
    totalKopecks: 75_000,
    purpose: "Штраф по административному правонарушению",
    kbk: "18811601123010001140",
    oktmo: "45381000",
    payee: {
      name: "УФК по г. Москве (Дорожный надзор)",
      inn: "7706012716",
      kpp: "770901001",
      account: "03100643000000017300",
      bic: "004525988",
      correspondentAccount: "40102810545370000003",
    },
    payerIdentifier: "12400000000077УН123456",
    paymentTerm: "2026-05-19",
    ...change,
  };
}
