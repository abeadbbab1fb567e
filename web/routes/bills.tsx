import { Hono } from "hono";
import type { Bill, Client, Payment } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { fieldProblems, goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import { canPay } from "../bill-words.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { type AccountForm, NewAccountPage } from "../pages/accounts.tsx";
import { BillPage } from "../pages/bill.tsx";
import { HomePage } from "../pages/home.tsx";
import { PayPage } from "../pages/pay.tsx";
import { WelcomePage } from "../pages/welcome.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { paidFields, usableMethods } from "./paying.ts";

const shownBills = 60;

/** Bills: the front page, one bill, paying it now, connecting an account. */
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
    return show(c, <BillPage visit={c.get("visit")} bill={bill} payment={await paymentOf(client, bill)} />);
  });
  addPaying(app, desk);
  addAccounts(app, desk);
  return app;
}

async function showHome(c: WebContext, client: Client): Promise<Response> {
  const [bills, recent, accounts] = await Promise.all([
    client.listBills({ state: "owed", limit: shownBills }),
    client.listPayments({ limit: shownBills }),
    client.listAccounts(),
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
      const payment = await client.payBill({ billId, ...paidFields(form) }, { idempotencyKey: form.onceKey });
      return goTo(c, `/payments/${payment.id}${payment.confirmation === null ? "" : "/bank"}`);
    } catch (cause) {
      if (isRefusal(cause, "bill-being-paid") && cause.paymentId !== undefined) {
        return goTo(c, `/payments/${cause.paymentId}`);
      }
      if (isRefusal(cause, "bill-not-owed")) return goTo(c, `/bills/${billId}`);
      if (!isRefusal(cause, "bill-changed") && !isWrongInput(cause)) throw cause;
      const problems =
        cause.code === "bill-changed"
          ? { method: say(c.get("visit").locale, "page.pay.problem.changed") }
          : { method: cause.detail, ...fieldProblems(cause, { methodId: "method" }) };
      return showPay(c, client, await client.getBill(billId), problems);
    }
  });
}

async function showPay(
  c: WebContext,
  client: Client,
  bill: Bill,
  problems: FieldProblems,
): Promise<Response> {
  const methods = await usableMethods(client);
  const page = <PayPage visit={c.get("visit")} bill={bill} methods={methods} problems={problems} />;
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}

function addAccounts(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/accounts/new", (c) => showNewAccount(c, engine(c), { billerId: "", account: "", label: "" }, {}));
  app.post("/accounts/new", async (c) => {
    const client = engine(c);
    const { locale } = c.get("visit");
    const sent = c.get("form");
    const form = {
      billerId: sent.text("billerId"),
      account: sent.text("account"),
      label: sent.text("label"),
    };
    const missing = {
      ...(form.billerId === "" ? { billerId: say(locale, "page.account.problem.biller") } : {}),
      ...(form.account === "" ? { account: say(locale, "page.account.problem.account") } : {}),
    };
    if (Object.keys(missing).length > 0) return showNewAccount(c, client, form, missing);
    try {
      const { label, ...account } = form;
      const body = label === "" ? account : { ...account, label };
      await client.connectAccount(body, { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      const names = { billerId: "billerId", account: "account", label: "label" };
      const found = fieldProblems(cause, names);
      return showNewAccount(
        c,
        client,
        form,
        Object.keys(found).length === 0 ? { account: cause.detail } : found,
      );
    }
    await leaveNotice(c, shelf, { kind: "done", what: "account-added" });
    return goTo(c, "/");
  });
}

async function showNewAccount(
  c: WebContext,
  client: Client,
  form: AccountForm,
  problems: FieldProblems,
): Promise<Response> {
  const billers = await client.listBillers();
  const page = (
    <NewAccountPage visit={c.get("visit")} billers={billers.items} form={form} problems={problems} />
  );
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}
