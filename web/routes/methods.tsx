import { Hono } from "hono";
import type { Client } from "../../api/client.ts";
import { type Wallet, WALLETS } from "../../domain/capability-matrix.ts";
import { carriesMore, goTo, show } from "../answers.tsx";
import { bindingConsent } from "../consent.ts";
import type { Desk, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { ownPath } from "../own-path.ts";
import { DeparturePage } from "../pages/departure.tsx";
import { type Bindable, bindableValue, MethodReturnPage, NewMethodPage } from "../pages/method-binding.tsx";
import { MethodKindsPage } from "../pages/method-kinds.tsx";
import { WithdrawnPage, WithdrawPage } from "../pages/method-withdrawal.tsx";
import { MethodsPage } from "../pages/methods.tsx";

/** Methods: list and order, what they may do, binding on the bank's page and the way back, withdrawal. */
export function methodRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine, shelf } = desk;
  app.get("/methods", async (c) => {
    const { items } = await engine(c).listMethods();
    return show(c, <MethodsPage visit={c.get("visit")} methods={items} />);
  });
  app.post("/methods/order", async (c) => {
    const form = c.get("form");
    const order = form.text("order").split(" ").filter(Boolean);
    await engine(c).orderMethods({ order }, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "methods-ordered" });
    return goTo(c, "/methods");
  });
  app.get("/methods/kinds", async (c) => {
    const kinds = await engine(c).listMethodKinds();
    return show(c, <MethodKindsPage visit={c.get("visit")} kinds={kinds} />);
  });
  addBinding(app, desk);
  addReturn(app, desk);
  addWithdrawal(app, desk);
  return app;
}

function addBinding(app: Hono<WebEnv>, { engine, publicOrigin }: Desk): void {
  app.get("/methods/new", async (c) => {
    const returnTo = ownPath(c.req.query("returnTo"), publicOrigin) ?? "/methods";
    const what = await bindablesFor(engine(c), c.req.query("biller"));
    return show(c, <NewMethodPage visit={c.get("visit")} returnTo={returnTo} {...what} />);
  });
  app.post("/methods/new", async (c) => {
    const client = engine(c);
    const form = c.get("form");
    const returnPath = ownPath(form.text("returnTo"), publicOrigin) ?? "/methods";
    const { locale } = c.get("visit");
    const what = form.text("what");
    // The API says why when the answer names something that cannot be bound.
    const kinds = (await client.listMethodKinds()).gateways.flatMap(({ gateway, kinds: all }) =>
      all.map(({ kind }) => ({ gateway, kind })),
    );
    const chosen = kinds.find((one) => bindableValue(one) === what);
    const wish = {
      ...(chosen === undefined || isWallet(chosen.kind)
        ? {}
        : { gateway: chosen.gateway, kind: chosen.kind }),
      locale,
      returnPath,
      consent: bindingConsent(locale),
    };
    const method = await client.startBinding(wish, { idempotencyKey: form.onceKey });
    return goTo(c, `/methods/${method.id}/bank`);
  });
  app.get("/methods/:id/bank", async (c) => {
    const method = await engine(c).getMethod(c.req.param("id"));
    if (method.state !== "binding" || method.confirmationUrl === null)
      return goTo(c, `/methods/${method.id}/return`);
    return show(c, <DeparturePage visit={c.get("visit")} to="bind" url={method.confirmationUrl} />);
  });
}

function isWallet(kind: string): kind is Wallet {
  return kind === "apple_pay" || kind === "google_pay";
}

/** What can be bound without a payment: at the biller's gateway where one is named, else everywhere, the usual gateway first. */
async function bindablesFor(
  client: Client,
  billerId: string | undefined,
): Promise<{ readonly bindables: readonly Bindable[]; readonly wallets: readonly Wallet[] }> {
  const { gateways } = await client.listMethodKinds();
  const at =
    billerId === undefined ? undefined : (await client.chooseMethod({ billerId, use: "pay-now" })).gateway;
  const here = gateways
    .filter(({ gateway }) => at === undefined || gateway === at)
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
  const bindables = here.flatMap(({ gateway, kinds }) =>
    kinds.filter(({ bindable, wallet }) => bindable && !wallet).map(({ kind }) => ({ gateway, kind })),
  );
  const roads = new Set(here.flatMap(({ kinds }) => kinds.map(({ kind }) => kind)));
  return { bindables, wallets: WALLETS.filter((wallet) => roads.has(wallet)) };
}

function addReturn(app: Hono<WebEnv>, { engine, publicOrigin }: Desk): void {
  app.get("/methods/:id/return", async (c) => {
    if (carriesMore(c)) return goTo(c, `/methods/${c.req.param("id")}/return`);
    const method = await engine(c).refreshMethod(c.req.param("id"));
    const goOnTo = ownPath(method.returnPath ?? undefined, publicOrigin) ?? "/methods";
    return show(c, <MethodReturnPage visit={c.get("visit")} method={method} goOnTo={goOnTo} />);
  });
  app.get("/methods/:id/live", async (c) => {
    const method = await engine(c).getMethod(c.req.param("id"), { refresh: "true" });
    c.header("kvitok-mark", method.state);
    c.header("kvitok-final", method.state === "binding" ? "no" : "yes");
    return c.body(null, 204);
  });
}

function addWithdrawal(app: Hono<WebEnv>, { engine }: Desk): void {
  app.get("/methods/:id/withdraw", async (c) => {
    const client = engine(c);
    const method = await client.getMethod(c.req.param("id"));
    if (method.state === "withdrawn") return goTo(c, `/methods/${method.id}/withdrawn`);
    const withdrawal = await client.getWithdrawal(method.id);
    return show(c, <WithdrawPage visit={c.get("visit")} method={method} withdrawal={withdrawal} />);
  });
  app.post("/methods/:id/withdraw", async (c) => {
    const command = { idempotencyKey: c.get("form").onceKey };
    const { methodId } = await engine(c).withdrawMethod(c.req.param("id"), command);
    return goTo(c, `/methods/${methodId}/withdrawn`);
  });
  app.get("/methods/:id/withdrawn", async (c) => {
    const client = engine(c);
    const method = await client.getMethod(c.req.param("id"));
    if (method.state !== "withdrawn") return goTo(c, "/methods");
    const withdrawal = await client.getWithdrawal(method.id);
    return show(c, <WithdrawnPage visit={c.get("visit")} method={method} withdrawal={withdrawal} />);
  });
}
