import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi({
    temporal: { payerReturned: async () => "unavailable", isConnected: async () => true },
  });
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const health = () => ask(under, null, "GET /health");
const query = (text: string) => under.database.pool.query(text);

async function unknownCharge(account: string): Promise<string> {
  const billId = await oweBill(under, anna, { account });
  const { rows } = await under.database.pool.query<{ answer: { paymentId: string } }>(
    `select pay_now(jsonb_build_object('billId', b.id, 'residentId', r.id, 'methodId', null, 'amountMinor', b.amount_minor,
       'payeeHash', b.payee_hash, 'route', 'manual', 'channel', 'web', 'signIn', 'oidc', 'ip', null)) as answer
     from bills b, residents r where b.id = $1 and r.subject = 'anna'`,
    [billId],
  );
  return challenge(under, rows[0]?.answer.paymentId ?? "");
}

test("all is well where nothing waits; the answer names nobody and needs no token", async () => {
  await query("update outbox set done_at = clock_timestamp()");
  const answer = await health();
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      status: "ok",
      reasons: [],
      temporal: "connected",
      oldestUnknownSeconds: null,
      undecided: [],
      openCases: { count: 0, oldestSeconds: null },
      alarmsUndelivered: 0,
      commands: { waiting: 0, oldestSeconds: 0 },
      circuits: [],
      notificationsRefused: [],
    },
  ]);
});

test("an unknown charge is told by its age; past a quarter of an hour its payer counts as left in doubt, past six hours anybody", async () => {
  const chargeId = await unknownCharge("h-1");
  await query(
    `update charges set state = 'unknown', first_sent_at = business_now() - interval '1000 seconds' where id = '${chargeId}'`,
  );
  const doubt = await health();
  expect(doubt.body).toMatchObject({
    status: "degraded",
    reasons: ["payer-left-in-doubt"],
    undecided: [{ gateway: "yookassa", state: "unknown", count: 1 }],
  });
  expect(doubt.body["oldestUnknownSeconds"]).toBeGreaterThanOrEqual(1000);
  await query(
    `update charges set first_sent_at = business_now() - interval '7 hours' where id = '${chargeId}'`,
  );
  expect((await health()).body["reasons"]).toEqual(["unknown-too-long", "payer-left-in-doubt"]);
  await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB" });
  expect((await health()).body).toMatchObject({ oldestUnknownSeconds: null, undecided: [] });
});

test("alarms that nobody was told, cases that nobody closes, circuits and commands each have a reason of their own", async () => {
  await query("select open_case('ghost', 'KV-1', 100, 'RUB', '{}')");
  expect((await health()).body).toMatchObject({ openCases: { count: 1 }, alarmsUndelivered: 1 });
  await query("update alarms set raised_at = clock_timestamp() - interval '11 minutes'");
  await query("update cases set opened_at = business_now() - interval '25 hours'");
  await query(
    "insert into gateway_circuits (gateway, state, opened_at, probe_at) values ('stripe', 'open', clock_timestamp(), clock_timestamp() + interval '1 minute')",
  );
  await query(
    "insert into outbox (kind, subject_id, not_before) values ('wake-payment', 'KV-1', clock_timestamp() - interval '2 minutes')",
  );
  expect((await health()).body).toMatchObject({
    status: "degraded",
    reasons: ["commands-wait", "alarms-undelivered", "case-neglected", "circuit-open"],
    circuits: [{ gateway: "stripe", state: "open", openedAt: expect.stringMatching(/Z$/) }],
  });
});

test("503 and down when the database is away", async () => {
  const other = await startApi();
  await other.close();
  const answer = await ask(other, null, "GET /health");
  expect([answer.status, answer.body["status"]]).toEqual([503, "down"]);
});
