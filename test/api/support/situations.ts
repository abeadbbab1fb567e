import { type Answered, type ApiUnderTest, ask, billOf, type Person, push } from "./api-under-test.ts";

/** A person with a connected account that owes a bill; answers the bill's id. */
export async function oweBill(
  under: ApiUnderTest,
  person: Person,
  change: Record<string, unknown> = {},
): Promise<string> {
  const bill = billOf(change);
  await ask(under, person, "POST /v1/accounts", {
    body: { billerId: "gorod-zhkh", account: bill["account"] },
  });
  const pushed = await push(under, bill);
  const [result] = pushed.body["results"] as { billId: string }[];
  if (result === undefined) throw new Error(`the bill was not taken: ${pushed.text}`);
  return result.billId;
}

/** A card that the gateway shows as saved; answers the method's id. */
export async function bindCard(under: ApiUnderTest, person: Person): Promise<string> {
  const started = await ask(under, person, "POST /v1/methods");
  const id = String(started.body["id"]);
  under.gateway.answers.set(id, "active");
  await ask(under, person, `POST /v1/methods/${id}/refresh`);
  return id;
}

/** What a mandate is made from. */
export function mandateWish(methods: readonly string[], change: Record<string, unknown> = {}) {
  return {
    billerId: "gorod-zhkh",
    account: "7700123456",
    methods,
    limitPerPayment: { amountMinor: 1_000_000, currency: "RUB" },
    limitPerPeriod: { amount: { amountMinor: 2_000_000, currency: "RUB" }, period: "month" },
    overLimit: "ask",
    lateBill: "ask",
    noticePack: "demo",
    consent: { text: "Я согласна", locale: "ru", version: "2026-01" },
    ...change,
  };
}

export function createMandate(under: ApiUnderTest, person: Person, wish: object): Promise<Answered> {
  return ask(under, person, "POST /v1/mandates", { body: wish });
}

/**
 * Lets a payment's charge pass the gate and be challenged, as the worker and the bank would; answers the charge's id. A payment by hand only: it has an
 * instruction.
 */
export async function challenge(under: ApiUnderTest, paymentId: string): Promise<string> {
  const chargeId = `${paymentId}-1`;
  const { rows } = await under.database.pool.query<{ verdict: { verdict: string } }>(
    `select gate(jsonb_build_object('paymentId', y.id, 'chargeId', $2::text, 'ordinal', 1, 'initiatedBy', 'cit', 'methodId', i.method_id,
       'instructionId', i.id, 'amountMinor', y.amount_minor, 'currency', y.currency, 'gateway', y.gateway, 'merchantAccount', '100500',
       'requestHash', 'h'), null) as verdict
     from payments y join instructions i on i.payment_id = y.id where y.id = $1`,
    [paymentId, chargeId],
  );
  if (rows[0]?.verdict.verdict !== "passed") throw new Error(`the gate said ${JSON.stringify(rows[0])}`);
  await see(under, chargeId, {
    outcome: "challenged",
    confirmBy: new Date(Date.now() + 3_600_000).toISOString(),
  });
  return chargeId;
}

/** Records what the gateway showed of a charge. */
export async function see(
  under: ApiUnderTest,
  chargeId: string,
  facts: Record<string, unknown>,
): Promise<void> {
  const evidence = {
    source: "look-up",
    rank: 2,
    hash: JSON.stringify(facts),
    objectId: `object-of-${chargeId}`,
    ...facts,
  };
  await under.database.pool.query(
    'select record_evidence($1, $2::jsonb, \'{"then":"gave-up"}\'::jsonb, 60, null, $3)',
    [chargeId, JSON.stringify(evidence), under.sealer.seal("https://bank.example/3ds", chargeId)],
  );
}
