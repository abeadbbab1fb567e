import { Hono } from "hono";
import type { SaveIdentifier } from "../../api/client.ts";
import { SAVEABLE_KINDS } from "../../domain/saved-identifier.ts";
import { say } from "../../words/say.ts";
import { fieldProblems, goTo, isWrongInput, show } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { leaveNotice } from "../notice.ts";
import { IdentifierPage, NewIdentifierPage } from "../pages/profile/identifiers.tsx";

const names = { text: "text", kind: "kind", label: "label" };

/** Saved identifiers: add, look at one, name it, forget it. */
export function identifierRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine, shelf } = desk;
  app.get("/profile/identifiers/new", (c) => {
    const page = (
      <NewIdentifierPage visit={c.get("visit")} form={{ text: "", kind: "", label: "" }} problems={{}} />
    );
    return show(c, page);
  });
  app.post("/profile/identifiers/new", async (c) => {
    const sent = c.get("form");
    const visit = c.get("visit");
    const form = { text: sent.text("text"), kind: sent.text("kind"), label: sent.text("label") };
    const again = (problems: Readonly<Record<string, string>>) =>
      show(c, <NewIdentifierPage visit={visit} form={form} problems={problems} />, 422);
    if (form.text === "") return again({ text: say(visit.locale, "page.identifiers.problem.text") });
    try {
      await engine(c).saveIdentifier(wishOf(form), { idempotencyKey: sent.onceKey });
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      const found = fieldProblems(cause, names);
      return again(Object.keys(found).length === 0 ? { text: cause.detail } : found);
    }
    await leaveNotice(c, shelf, { kind: "done", what: "identifier-saved" });
    return goTo(c, "/profile");
  });
  addOne(app, desk);
  return app;
}

function wishOf(form: {
  readonly text: string;
  readonly kind: string;
  readonly label: string;
}): SaveIdentifier {
  const kind = SAVEABLE_KINDS.find((one) => one === form.kind);
  return {
    text: form.text,
    ...(kind === undefined ? {} : { kind }),
    ...(form.label === "" ? {} : { label: form.label }),
  };
}

function addOne(app: Hono<WebEnv>, { engine, shelf }: Desk): void {
  app.get("/profile/identifiers/:id", async (c) => {
    const identifier = await engine(c).getIdentifier(c.req.param("id"));
    return show(c, <IdentifierPage visit={c.get("visit")} identifier={identifier} problems={{}} />);
  });
  app.post("/profile/identifiers/:id/name", async (c) => {
    const client = engine(c);
    const id = c.req.param("id");
    const form = c.get("form");
    const label = form.text("label");
    try {
      await client.renameIdentifier(
        id,
        { label: label === "" ? null : label },
        { idempotencyKey: form.onceKey },
      );
    } catch (cause) {
      if (!isWrongInput(cause)) throw cause;
      const identifier = await client.getIdentifier(id);
      const problems = fieldProblems(cause, names);
      return show(
        c,
        <IdentifierPage visit={c.get("visit")} identifier={identifier} problems={problems} />,
        422,
      );
    }
    await leaveNotice(c, shelf, { kind: "done", what: "identifier-named" });
    return goTo(c, `/profile/identifiers/${id}`);
  });
  app.post("/profile/identifiers/:id/delete", async (c) => {
    const { ended } = await engine(c).deleteIdentifier(c.req.param("id"), {
      idempotencyKey: c.get("form").onceKey,
    });
    const [first] = ended;
    const inFlight = ended.flatMap((stop) => stop.inFlight);
    await leaveNotice(
      c,
      shelf,
      first === undefined
        ? { kind: "done", what: "identifier-deleted" }
        : { kind: "stopped", what: "identifier-deleted", stoppedAt: first.stoppedAt, inFlight },
    );
    return goTo(c, "/profile");
  });
}
