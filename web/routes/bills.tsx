import { Hono } from "hono";
import type { Bill, Client, Payment } from "../../api/client.ts";
import { goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import { canPay } from "../bill-words.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { BillPage } from "../pages/bill.tsx";
import { HomePage } from "../pages/home.tsx";
import { PayPage, type PayPageProps } from "../pages/pay.tsx";
import { WelcomePage } from "../pages/welcome.tsx";
import { paidFields, payProblems, sentChoice } from "./paying.ts";

const shownBills = 60;

/** Bills: the front page, one bill, paying it now. */
export function billRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine } = desk;
  app.get("/", (c) => {
    const visit = c.get("visit");
    return visit.session === undefined ? show(c, <WelcomePage visit={visit} />) : showHome(c, engine(c));
  });
  app.get("/bills/:id", async (c) => {
    const client = engine(c);
    const bill = await client.getBill(c.req.param("id"));
    const [payment, why, { items: mutes }] = await Promise.all([
      paymentOf(client, bill),
      client.whyBill(bill.id),
      client.listMutes(),
    ]);
    return show(c, <BillPage visit={c.get("visit")} bill={bill} payment={payment} why={why} mutes={mutes} />);
  });
  addMuting(app, desk);
  addPaying(app, desk);
  return app;
}

/** Reminders of a bill, or everything about its biller, on and off. */
function addMuting(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  for (const verb of ["mute", "unmute"] as const) {
    app.post(`/bills/:id/${verb}`, async (c) => {
      const client = engine(c);
      const form = c.get("form");
      const billId = c.req.param("id");
      const biller = form.text("biller");
      const of =
        biller === "" ? { kind: "bill" as const, id: billId } : { kind: "biller" as const, id: biller };
      await client[verb](of, { idempotencyKey: form.onceKey });
      await leaveNotice(c, shelf, { kind: "done", what: `${verb}d` });
      return goTo(c, `/bills/${billId}`);
    });
  }
}

async function showHome(c: WebContext, client: Client): Promise<Response> {
  const [bills, recent, accounts, sources] = await Promise.all([
    client.listBills({ state: "owed", limit: shownBills }),
    client.listPayments({ limit: shownBills }),
    client.listAccounts(),
    client.listSources(),
  ]);
  const payments = new Map(recent.items.map((payment) => [payment.id, payment]));
  const missing = bills.items.flatMap(({ payment }) =>
    payment === null || payments.has(payment.id) ? [] : [payment.id],
  );
  for (const payment of await Promise.all(missing.map((id) => client.getPayment(id)))) {
    payments.set(payment.id, payment);
  }
  const page = (
    <HomePage
      visit={c.get("visit")}
      bills={bills.items}
      payments={payments}
      accounts={accounts.items}
      sources={sources.items}
      more={bills.nextCursor !== null}
    />
  );
  return show(c, page);
}

function paymentOf(client: Client, bill: Bill): Promise<Payment | undefined> {
  return bill.payment === null ? Promise.resolve(undefined) : client.getPayment(bill.payment.id);
}

function addPaying(app: Hono<WebEnv>, { engine }: Desk): void {
  app.get("/bills/:id/pay", async (c) => {
    const client = engine(c);
    const bill = await client.getBill(c.req.param("id"));
    const payment = await paymentOf(client, bill);
    if (payment !== undefined && payment.state !== "closed" && !canPay(bill, payment)) {
      // It waits for the payer already: there is one way to pay a bill, not two.
      return goTo(
        c,
        payment.state === "needs-payer" ? `/payments/${payment.id}/confirm` : `/payments/${payment.id}`,
      );
    }
    if (!canPay(bill, payment)) return goTo(c, `/bills/${bill.id}`);
    return showPay(c, client, bill, {});
  });
  app.post("/bills/:id/pay", async (c) => {
    const client = engine(c);
    const billId = c.req.param("id");
    const form = c.get("form");
    try {
      const again = form.text("again") === "yes" ? { again: true } : {};
      const wish = { billId, ...paidFields(form, c.get("visit")), ...again };
      const payment = await client.payBill(wish, { idempotencyKey: form.onceKey });
      return goTo(c, `/payments/${payment.id}${payment.confirmation === null ? "" : "/bank"}`);
    } catch (cause) {
      if (isRefusal(cause, "bill-being-paid") && cause.paymentId !== undefined) {
        return goTo(c, `/payments/${cause.paymentId}`);
      }
      if (isRefusal(cause, "bill-not-owed")) return goTo(c, `/bills/${billId}`);
      if (!isRefusal(cause, "bill-changed") && !isWrongInput(cause)) throw cause;
      const again = { ...sentChoice(form), problems: payProblems(c.get("visit"), cause) };
      return showPay(c, client, await client.getBill(billId), again);
    }
  });
}

async function showPay(
  c: WebContext,
  client: Client,
  bill: Bill,
  again: Pick<PayPageProps, "chosen" | "phone" | "saved" | "problems">,
): Promise<Response> {
  const choice = await client.chooseMethod({ billId: bill.id, use: "pay-now" });
  const page = <PayPage visit={c.get("visit")} bill={bill} choice={choice} {...again} />;
  return show(c, page, again.problems === undefined ? 200 : 422);
}
