import type { Engine } from "../support/engine.ts";
import { charge, makePayer, type Payer, payNow, pushBill } from "../support/rows.ts";

/** A person who pays by hand and whom the bank asks to confirm. */
export type AtTheBank = Payer & {
  readonly billId: string;
  readonly paymentId: string;
  readonly chargeId: string;
  /** The bank's object; empty while nobody told us its name. */
  readonly objectId: string;
  readonly confirmation: Buffer | null;
};

/** @param options.lost the answer that names object and page never came */
export async function atTheBank(
  engine: Engine,
  options: { readonly lost?: boolean } = {},
): Promise<AtTheBank> {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const account = `${payer.account}-own`;
  const { billId } = await pushBill(db, { account });
  const { paymentId = "" } = await payNow(db, {
    billId,
    residentId: payer.residentId,
    methodId: payer.methodId,
  });
  const chargeId = `${paymentId}-1`;
  if (options.lost === true) await bank.arm({ kind: "commit-then-drop" }, { chargeId });
  await engine.charge(paymentId);
  const row = await charge(db, chargeId);
  return {
    ...payer,
    account,
    billId,
    paymentId,
    chargeId,
    objectId: row.object_id ?? "",
    confirmation: row.confirmation,
  };
}
