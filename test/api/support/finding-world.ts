import { demoCharges } from "../../../sandbox/registry/demo-charges.ts";
import { payeeOf } from "../../../sandbox/billers/biller-book.ts";
import { gisGmpAtRegistry, type SourceWorld } from "../../contracts/bill-source/source-world.ts";
import { encodePaymentQr } from "../../../domain/identifiers/payment-qr.ts";
import { paperFields } from "../../support/qr-picture.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";

/** The API beside the city's registry, over real HTTP. */
export interface FindingWorld {
  readonly under: ApiUnderTest;
  readonly registry: SourceWorld;
  readonly close: () => Promise<void>;
}

export async function startFinding(): Promise<FindingWorld> {
  const registry = await gisGmpAtRegistry();
  const under = await startApi({
    billSources: new Map([[registry.source.name, registry.source]]),
    noticeSources: ["127.0.0.1/32"],
  });
  // other API tests name its payers freely
  await under.database.pool.query(
    "update billers set reference = (select reference from billers where id = 'zhilishchnik-north') where id = $1",
    [paperBiller],
  );
  return {
    under,
    registry,
    close: async () => {
      await under.close();
      await registry.close();
    },
  };
}

/** What the registry of the demonstration holds, loaded anew; answers the numbers of Anna's fines first. */
export async function loadDemo({ registry }: FindingWorld): Promise<readonly string[]> {
  await registry.bench.clear();
  return registry.bench.issue(...demoCharges(Date.now()));
}

/** A biller whose numbers are checked and whose bills have a month. */
export const paperBiller = "gorod-zhkh";

/** The code of a paper bill of that biller, as its printer writes it; a field that is empty is left out. */
export function paperOf(change: Record<string, string> = {}): Uint8Array {
  const payee = payeeOf(paperBiller);
  if (payee === undefined) throw new Error("the demonstration has lost a biller");
  const fields = {
    ...paperFields,
    Name: payee.name,
    PersonalAcc: payee.account,
    BIC: payee.bic,
    CorrespAcc: payee.correspondentAccount,
    PayeeINN: payee.inn,
    PersAcc: "7700123456",
    PaymPeriod: "022026",
    ...change,
  };
  const written = encodePaymentQr({
    encoding: "windows-1251",
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "")),
  });
  if (!written.ok) throw new Error(`${written.field}: ${written.why}`);
  return written.value;
}
