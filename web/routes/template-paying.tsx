import type { Hono } from "hono";
import type { ApiProblem, Client, Template } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { goTo, isRefusal, isWrongInput, show } from "../answers.tsx";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { PayPage } from "../pages/pay.tsx";
import { PayOwnSumPage } from "../pages/templates.tsx";
import type { PayAnswers } from "../parts/pay-form.tsx";
import { paidFields, payProblems, sentChoice } from "./paying.ts";

/** Paying by a template: the second click is the payer's instruction, and its key makes pressing it twice one payment. */
export function addTemplatePaying(app: Hono<WebEnv>, { engine }: Desk): void {
  app.get("/templates/:id/pay", async (c) => {
    const client = engine(c);
    return showPaying(c, client, await client.getTemplate(c.req.param("id")), {});
  });
  app.post("/templates/:id/pay", async (c) => {
    const client = engine(c);
    const id = c.req.param("id");
    const form = c.get("form");
    const billId = form.text("bill");
    const wish = {
      ...paidFields(form, c.get("visit")),
      ...(billId === "" ? {} : { billId }),
      ...(form.text("again") === "yes" ? { again: true } : {}),
    };
    try {
      const payment = await client.payByTemplate(id, wish, { idempotencyKey: form.onceKey });
      return goTo(c, `/payments/${payment.id}${payment.confirmation === null ? "" : "/bank"}`);
    } catch (cause) {
      if (isRefusal(cause, "bill-being-paid") && cause.paymentId !== undefined) {
        return goTo(c, `/payments/${cause.paymentId}`);
      }
      if (isRefusal(cause, "nothing-due", "bill-not-owed", "bill-not-found")) return goTo(c, "/templates");
      const asks = isRefusal(cause, "paid-just-now");
      if (!asks && !isRefusal(cause, "bill-changed") && !isWrongInput(cause)) throw cause;
      const problems = asks ? {} : { problems: payProblems(c.get("visit"), cause) };
      const again = { ...sentChoice(form), ...problems };
      return showPaying(c, client, await client.getTemplate(id), again, asks ? cause : undefined);
    }
  });
}

/** The page with the button: a bill that is due like every bill, a sum of the payer's own with what the catalogue says of its payee. */
async function showPaying(
  c: WebContext,
  client: Client,
  template: Template,
  again: PayAnswers,
  asked?: ApiProblem,
): Promise<Response> {
  const visit = c.get("visit");
  const status = asked !== undefined ? 409 : again.problems === undefined ? 200 : 422;
  if (template.amount === null) {
    const [first] = template.due;
    if (first === undefined) return goTo(c, "/templates");
    const [bill, choice] = await Promise.all([
      client.getBill(first.billId),
      client.chooseMethod({ billId: first.billId, use: "pay-now" }),
    ]);
    const action = `/templates/${template.id}/pay`;
    const way = { action, back: "/templates", backTo: say(visit.locale, "templates.back") };
    return show(c, <PayPage {...again} visit={visit} bill={bill} choice={choice} way={way} />, status);
  }
  const billerId = template.biller.id;
  const [biller, choice] = await Promise.all([
    client.getBiller(billerId),
    client.chooseMethod({ billerId, use: "pay-now" }),
  ]);
  const justPaid = asked && { paymentId: asked.paymentId, words: asked.detail };
  const page = (
    <PayOwnSumPage
      {...again}
      visit={visit}
      template={template}
      amount={template.amount}
      biller={biller}
      choice={choice}
      justPaid={justPaid}
    />
  );
  return show(c, page, status);
}
