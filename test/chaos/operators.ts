import { join } from "node:path";
import { sql } from "kysely";
import { createClient } from "../../api/client.ts";
import { sandboxShopId, urlOf } from "../../processes/dev/stack.ts";
import { mintAccessToken } from "../../sandbox/identity/access-token.ts";
import { loadSigningKeys } from "../../sandbox/identity/signing-keys.ts";
import { BankView } from "../../scripts/proofs/world/bank-view.ts";
import type { ChaosWorld } from "./world/world.ts";

/** The page's own client at the identity provider: it signs in operators too. */
const CLIENT = "kvitok-page";
/** The engine must have looked itself, again and again, and no list was one that proves anything. */
const LEAST_LOOKS = 50;
/** More than one charge in a hundred is no clock that went wrong but an engine that finds nothing out: then nobody helps it. */
const MOST_SHARE = 0.01;
const TWO = ["chaos-operator-1", "chaos-operator-2"] as const;

/**
 * What becomes of charges that only people can decide: a bank whose clock went wrong lists its payments at other times than the engine sent them, so no list of it proves that one is absent, and the charge waits in the operators' queue
 * (payment rules §8.2). Two operators ask the bank what it knows, and decide as the product lets them. Answers how many were decided; the run's record keeps the number.
 */
export async function decideByHand(world: ChaosWorld): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select c.id from charges c where c.state = 'unknown' and c.gateway = 'yookassa' and c.object_id is null and c.looks >= ${LEAST_LOOKS} and c.scans_empty = 0 and exists (
      select 1 from cases k where k.subject = c.id and k.kind = 'undecided-for-a-day' and k.closed_at is null)`.execute(
    world.db,
  );
  const { rows: all } = await sql<{ count: number }>`select count(*)::int as count from charges`.execute(
    world.db,
  );
  if (rows.length === 0 || rows.length > Math.ceil((all[0]?.count ?? 0) * MOST_SHARE)) return 0;
  const debits = await bankOf(world).debits();
  const taken = new Map(
    debits.filter(({ reversed }) => reversed !== true).map((debit) => [debit.chargeId, debit.amountMinor]),
  );
  const operators = await operatorsOf(world);
  for (const { id } of rows) {
    const amountMinor = taken.get(id);
    const said = amountMinor === undefined ? "never executed" : `executed: ${amountMinor}`;
    const document = {
      mediaType: "text/plain" as const,
      contentBase64: Buffer.from(`${id} was ${said}`).toString("base64"),
    };
    const verdict =
      amountMinor === undefined
        ? ({ verdict: "not-charged", document } as const)
        : ({ verdict: "charged", amount: { amountMinor, currency: "RUB" }, document } as const);
    for (const { name, client } of operators)
      await client.resolveCharge(id, verdict, { idempotencyKey: `${name}-${id}` });
  }
  return rows.length;
}

async function operatorsOf({ stack }: ChaosWorld) {
  const keys = await loadSigningKeys(join(stack.data.sandbox, "city", "identity"));
  const issuer = urlOf(stack.ports.identity);
  return Promise.all(
    TWO.map(async (name) => {
      const person = {
        id: name,
        login: name,
        name: "Operator",
        email: `${name}@kvitok.example`,
        locale: "en",
        zoneinfo: "Europe/Moscow",
        role: "operator",
      } as const;
      const { token } = await mintAccessToken({ issuer, clientId: CLIENT, keys }, person);
      return { name, client: createClient({ baseUrl: urlOf(stack.ports.api), token }) };
    }),
  );
}

function bankOf({ stack }: ChaosWorld): BankView {
  const url = urlOf(stack.ports.bank);
  const { bankSecretKey } = stack.secrets;
  return new BankView(`${url}/control`, {
    url: `${url}/v3`,
    shopId: sandboxShopId,
    secretKey: bankSecretKey,
  });
}
