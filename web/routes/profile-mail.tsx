import { Hono } from "hono";
import type { Client } from "../../api/client.ts";
import { fieldProblems, goTo, isWrongInput, show } from "../answers.tsx";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { MailPage, MailProofPage } from "../pages/profile/mail.tsx";
import type { FieldProblems } from "../parts/forms.tsx";

/** The mail address: entered here, proved by the button behind the link of the letter. */
export function mailRoutes({ engine, shelf }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/profile/mail", (c) => showMail(c, engine(c), { address: "", problems: {} }));
  app.post("/profile/mail", async (c) => {
    const client = engine(c);
    const form = c.get("form");
    const address = form.text("address");
    try {
      await client.enterEmail({ address }, { idempotencyKey: form.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      return showMail(c, client, { address, problems: fieldProblems(cause, { address: "address" }) });
    }
    await leaveNotice(c, shelf, { kind: "done", what: "mail-entered" });
    return goTo(c, "/profile");
  });
  app.get("/profile/mail/proof", async (c) => {
    const { pendingEmail } = await engine(c).me();
    const code = c.req.query("code") ?? "";
    return show(c, <MailProofPage visit={c.get("visit")} code={code} address={pendingEmail?.address} />);
  });
  app.post("/profile/mail/proof", async (c) => {
    const form = c.get("form");
    await engine(c).proveEmail({ code: form.text("code") }, { idempotencyKey: form.onceKey });
    await leaveNotice(c, shelf, { kind: "done", what: "mail-proved" });
    return goTo(c, "/profile");
  });
  return app;
}

async function showMail(
  c: WebContext,
  client: Client,
  again: { readonly address: string; readonly problems: FieldProblems },
): Promise<Response> {
  const page = <MailPage visit={c.get("visit")} me={await client.me()} {...again} />;
  return show(c, page, Object.keys(again.problems).length === 0 ? 200 : 422);
}
