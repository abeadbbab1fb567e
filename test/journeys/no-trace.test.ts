import { randomInt } from "node:crypto";
import { Pool } from "pg";
import { expect, test } from "vitest";
import { createClient } from "../../api/client.ts";
import { demoCharges } from "../../sandbox/registry/demo-charges.ts";
import { firstVisit } from "../../scripts/demo/first-visit.ts";
import { payByPage } from "../sandbox/bank/page-visitor.ts";
import { everyHistory, everyLog, everythingStored, formsOf } from "../support/everything-kept.ts";
import { runningStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

/** As it is typed on the bank's page. */
const card = "5555555555554477";

test("a foreign certificate whose fine was found and paid, and the card that paid it, stand nowhere: not in the database, decrypted histories or logs", async () => {
  const { board, dataDirectory } = await runningStack();
  const token = board.users.find(({ login }) => login === "clara")?.token;
  if (token === undefined) throw new Error("the board names no Clara");
  const api = createClient({ baseUrl: board.api, token });
  await firstVisit(api);
  const sts = `77УН${String(randomInt(10 ** 6)).padStart(6, "0")}`;
  const [first] = demoCharges(Date.now());
  const charged = await fetch(`${board.registry.control}/charges`, {
    method: "POST",
    body: JSON.stringify([{ ...first, uin: undefined, payerIdentifier: `124${sts.padStart(19, "0")}` }]),
  });
  expect(charged.status).toBe(201);

  const { found } = await api.lookUpBills({ kind: "sts", text: sts });
  const [uin] = found.flatMap((bill) => bill.uin ?? []);
  if (uin === undefined) throw new Error("the fine was not found");
  const { bills } = await api.addBills({ uin });
  const [bill] = bills;
  if (bill === undefined) throw new Error("the fine was not added");
  const { amountMinor } = bill.amount;
  const payment = await api.payBill({ billId: bill.id, amount: { amountMinor, currency: "RUB" } });
  let bank: string | undefined;
  await until(async () => {
    bank = (await api.getPayment(payment.id)).confirmation?.url;
    return bank !== undefined;
  });
  await payByPage(bank ?? "", card);
  await until(async () => (await api.getPayment(payment.id)).state === "paid");

  const pool = new Pool({ connectionString: board.database, max: 1 });
  const database = await everythingStored(pool);
  await pool.end();
  const kept = {
    database,
    histories: await everyHistory({ temporal: board.temporal, dataDirectory }),
    logs: everyLog(dataDirectory),
  };
  // the search finds what is there
  expect(kept.database).toContain(uin);
  expect(kept.histories).toContain(payment.id);
  expect(kept.logs).toContain("/v1/bills/look-up");
  for (const [place, text] of Object.entries(kept)) {
    for (const form of [...formsOf(sts), ...formsOf(card), "5555 5555 5555 4477"])
      expect(text.includes(form), `${form} in ${place}`).toBe(false);
  }
}, 180_000);
