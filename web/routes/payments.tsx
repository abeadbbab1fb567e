import { Hono } from "hono";
import type { Client, Payment } from "../../api/client.ts";
import { carriesMore, goTo, handOn, isRefusal, isWrongInput, show } from "../answers.tsx";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { DeparturePage } from "../pages/departure.tsx";
import { HistoryPage } from "../pages/history.tsx";
import { PayPage, type PayPageProps } from "../pages/pay.tsx";
import { PaymentPage, paymentMark } from "../pages/payment.tsx";
import { ReceiptPage } from "../pages/receipt.tsx";
import { SkipPage } from "../pages/skip.tsx";
import { otherCard } from "../parts/method-choice.tsx";
import { canConfirm, canSkip, otherMethodIs, tellPayment } from "../payment-words.ts";
import { allowedOf, paidFields, payProblems, sentChoice } from "./paying.ts";

/** Payments: history, one of them live, confirmation, the way to the bank and back, receipt. */
export function paymentRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine } = desk;
  app.get("/payments", async (c) => {
    const cursor = c.req.query("cursor");
    const page = await engine(c).listPayments(cursor === undefined ? {} : { cursor });
    return show(c, <HistoryPage visit={c.get("visit")} payments={page.items} nextCursor={page.nextCursor} />);
  });
  app.get("/payments/:id", async (c) => {
    const client = engine(c);
    return showPayment(c, client, await client.getPayment(c.req.param("id")));
  });
  app.get("/payments/:id/live", async (c) => {
    const payment = await engine(c).getPayment(c.req.param("id"));
    c.header("kvitok-mark", paymentMark(payment));
    c.header("kvitok-final", tellPayment(c.get("visit"), payment).moving ? "no" : "yes");
    return c.body(null, 204);
  });
  app.get("/payments/:id/bank", async (c) => {
    const payment = await engine(c).getPayment(c.req.param("id"));
    const { confirmation } = payment;
    if (confirmation === null) return goTo(c, `/payments/${payment.id}`);
    return show(c, <DeparturePage visit={c.get("visit")} to="bank" url={confirmation.url} />);
  });
  // The bank sends the payer here, on whatever device, as often as it likes. The address proves nothing: the engine looks.
  app.get("/payments/:id/return", async (c) => {
    if (carriesMore(c)) return goTo(c, `/payments/${c.req.param("id")}/return`);
    const client = engine(c);
    return showPayment(c, client, await client.returnFromBank(c.req.param("id")), true);
  });
  app.get("/payments/:id/receipt", async (c) => {
    const id = c.req.param("id");
    try {
      return show(c, <ReceiptPage visit={c.get("visit")} receipt={await engine(c).getReceipt(id)} />);
    } catch (cause) {
      if (isRefusal(cause, "not-paid-yet")) return goTo(c, `/payments/${id}`);
      throw cause;
    }
  });
  addReceiptPaper(app, desk);
  addSkip(app, desk);
  addOffer(app, desk);
  addConfirmation(app, desk);
  return app;
}

async function showPayment(
  c: WebContext,
  client: Client,
  payment: Payment,
  returned = false,
): Promise<Response> {
  const [timeline, why] = await Promise.all([client.getTimeline(payment.id), client.whyPayment(payment.id)]);
  const page = (
    <PaymentPage
      visit={c.get("visit")}
      payment={payment}
      timeline={timeline.items}
      why={why}
      returned={returned}
    />
  );
  return show(c, page);
}

function addReceiptPaper(app: Hono<WebEnv>, { engine }: Desk): void {
  app.get("/payments/:id/receipt.pdf", async (c) => {
    const id = c.req.param("id");
    try {
      return handOn(c, await engine(c).openReceiptPaper(id));
    } catch (cause) {
      if (isRefusal(cause, "not-paid-yet")) return goTo(c, `/payments/${id}`);
      throw cause;
    }
  });
}

function addSkip(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/payments/:id/skip", async (c) => {
    const payment = await engine(c).getPayment(c.req.param("id"));
    if (!canSkip(payment)) return goTo(c, `/payments/${payment.id}`);
    return show(c, <SkipPage visit={c.get("visit")} payment={payment} />);
  });
  app.post("/payments/:id/skip", async (c) => {
    const id = c.req.param("id");
    const { stoppedAt, inFlight } = await engine(c).skipPayment(id, {
      idempotencyKey: c.get("form").onceKey,
    });
    await leaveNotice(c, shelf, { kind: "stopped", what: "skipped", stoppedAt, inFlight });
    return goTo(c, `/payments/${id}`);
  });
}

function addOffer(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.post("/payments/:id/autopay-offer/decline", async (c) => {
    const { id } = await engine(c).declineAutopay(c.req.param("id"), {
      idempotencyKey: c.get("form").onceKey,
    });
    await leaveNotice(c, shelf, { kind: "done", what: "autopay-declined" });
    return goTo(c, `/payments/${id}`);
  });
}

function addConfirmation(app: Hono<WebEnv>, { engine }: Desk): void {
  app.get("/payments/:id/confirm", async (c) => {
    const client = engine(c);
    const payment = await client.getPayment(c.req.param("id"));
    if (payment.confirmation !== null) return goTo(c, `/payments/${payment.id}/bank`);
    if (!canConfirm(payment)) return goTo(c, `/payments/${payment.id}`);
    return showConfirmation(c, client, payment, {});
  });
  // Inside the wait for 3-D Secure: the first try is ended at its gateway before the other method is charged.
  app.get("/payments/:id/other-method", async (c) => {
    const client = engine(c);
    const payment = await client.getPayment(c.req.param("id"));
    if (otherMethodIs(payment) !== "now") return goTo(c, `/payments/${payment.id}`);
    return showConfirmation(c, client, payment, {});
  });
  app.post("/payments/:id/confirm", async (c) => {
    const client = engine(c);
    const id = c.req.param("id");
    const form = c.get("form");
    try {
      const payment = await client.confirmPayment(id, paidFields(form, c.get("visit")), {
        idempotencyKey: form.onceKey,
      });
      return goTo(c, payment.confirmation === null ? `/payments/${id}` : `/payments/${id}/bank`);
    } catch (cause) {
      // Another device was faster, or the bill is settled: the payment's page tells it.
      if (isRefusal(cause, "payment-waits-for-nobody", "bill-not-owed", "first-not-final"))
        return goTo(c, `/payments/${id}`);
      if (!isRefusal(cause, "bill-changed") && !isWrongInput(cause)) throw cause;
      const again = { ...sentChoice(form), problems: payProblems(c.get("visit"), cause) };
      return showConfirmation(c, client, await client.getPayment(id), again);
    }
  });
}

async function showConfirmation(
  c: WebContext,
  client: Client,
  payment: Payment,
  again: Pick<PayPageProps, "chosen" | "phone" | "saved" | "problems">,
): Promise<Response> {
  const [bill, choice] = await Promise.all([
    client.getBill(payment.bill.id),
    client.chooseMethod({ billId: payment.bill.id, use: "pay-now" }),
  ]);
  const chosen = allowedOf(choice).some(({ id }) => id === payment.method?.id)
    ? payment.method?.id
    : otherCard;
  const page = (
    <PayPage
      visit={c.get("visit")}
      bill={bill}
      choice={choice}
      waiting={payment}
      chosen={chosen}
      {...again}
    />
  );
  return show(c, page, again.problems === undefined ? 200 : 422);
}
