import { Hono } from "hono";
import type { ApiProblem, LookUp } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { show } from "../answers.tsx";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import { AddBillPage, type FindingForm } from "../pages/add-bill.tsx";
import { FoundBillsPage } from "../pages/found-bills.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { addAndOpen, isAnswerable, problemsOf } from "./adding.ts";
import { paperRoutes } from "./paper-bill.tsx";

/** Longer is no number; the API says the same. */
const longestNumber = 64;

/** Finding bills by hand: by UIN, by somebody's number, from paper. */
export function addBillRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/bills/add", (c) => showWidgets(c, {}, {}));
  app.post("/bills/add/uin", async (c) => {
    const uin = c.get("form").text("uin").slice(0, longestNumber);
    if (uin === "") return showEmpty(c, "uin");
    return addAndOpen(c, desk, {
      wish: { uin },
      refused: (problem) => showWidgets(c, { uin }, problemsOf(problem, { uin: "uin" }, "uin")),
    });
  });
  for (const [path, kind, field] of [
    ["sts", "sts", "sts"],
    ["licence", "driving-licence", "licence"],
    ["company", "inn", "inn"],
  ] as const) {
    app.post(`/bills/add/${path}`, async (c) => {
      const sent = c.get("form");
      const text = sent.text(field).slice(0, longestNumber);
      const kpp = field === "inn" ? sent.text("kpp").slice(0, longestNumber) : "";
      if (text === "") return showEmpty(c, field);
      const question: LookUp = { kind, text, ...(kpp === "" ? {} : { kpp }) };
      const names = { text: field, kpp: "kpp" };
      return lookUp(c, desk, question, (problem) =>
        showWidgets(c, { [field]: text, kpp }, problemsOf(problem, names, field)),
      );
    });
  }
  app.route("/", paperRoutes(desk));
  return app;
}

/** A question, not an action: nothing is kept, so there is no next page to lead to and no number in its address. */
async function lookUp(
  c: WebContext,
  { engine }: Desk,
  question: LookUp,
  refused: (problem: ApiProblem) => Response,
): Promise<Response> {
  try {
    const answer = await engine(c).lookUpBills(question);
    c.header("cache-control", "no-store");
    return show(c, <FoundBillsPage visit={c.get("visit")} answer={answer} />);
  } catch (cause) {
    if (!isAnswerable(cause)) throw cause;
    return refused(cause);
  }
}

function showEmpty(c: WebContext, field: string): Response {
  return showWidgets(c, {}, { [field]: say(c.get("visit").locale, "page.identifiers.problem.text") });
}

function showWidgets(c: WebContext, form: FindingForm, problems: FieldProblems): Response {
  const page = <AddBillPage visit={c.get("visit")} form={form} problems={problems} />;
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}
