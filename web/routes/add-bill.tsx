import { Hono } from "hono";
import type { ApiProblem, LookUp } from "../../api/client.ts";
import { reasonOf } from "../../domain/identifiers/index.ts";
import { parseEpdPayerCode } from "../../domain/identifiers/epd-payer-code.ts";
import { writtenMonth } from "../../domain/written-month.ts";
import { identifierReasonWords } from "../../words/identifiers.ts";
import type { Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { show } from "../answers.tsx";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import type { SentForm } from "../form-guard.ts";
import { AddBillPage, type FindingForm } from "../pages/add-bill.tsx";
import { type AskedCode, FoundBillsPage } from "../pages/found-bills.tsx";
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
      return lookUp(c, desk, question, {
        refused: (problem) => showWidgets(c, { [field]: text, kpp }, problemsOf(problem, names, field)),
      });
    });
  }
  addCodeRoutes(app, desk);
  app.route("/", paperRoutes(desk));
  return app;
}

/** By payer code and month: first what there is, then the bill that its payer recognises. */
function addCodeRoutes(app: Hono<WebEnv>, desk: Desk): void {
  app.post("/bills/add/code", async (c) => {
    const form = readCodeForm(c.get("form"));
    const { locale } = c.get("visit");
    const judged = judgeCode(locale, form);
    if ("problems" in judged) return showWidgets(c, form, judged.problems);
    const { code, period } = judged;
    return lookUp(
      c,
      desk,
      { kind: "epd-payer-code", text: code, period },
      {
        asked: judged,
        refused: (problem) => showWidgets(c, form, problemsOf(problem, CODE_FIELDS, "code")),
      },
    );
  });
  app.post("/bills/add/coded", async (c) => {
    const sent = c.get("form");
    const form = readCodeForm(sent);
    const judged = judgeCode(c.get("visit").locale, form);
    if ("problems" in judged) return showWidgets(c, form, judged.problems);
    const kind = sent.text("kind");
    const wish = {
      billerId: sent.text("billerId"),
      account: judged.code,
      period: judged.period,
      ...(kind === "" ? {} : { kind }),
    };
    return addAndOpen(c, desk, {
      wish,
      refused: (problem) => showWidgets(c, form, problemsOf(problem, CODE_FIELDS, "code")),
    });
  });
}

/** What the API calls the fields of our form. */
const CODE_FIELDS = { text: "code", account: "code", period: "period" };

function readCodeForm(sent: SentForm): { readonly code: string; readonly period: string } {
  return {
    code: sent.text("code").slice(0, longestNumber),
    period: sent.text("period").slice(0, longestNumber),
  };
}

/** Both fields are judged at once: who mistyped both corrects both. */
function judgeCode(
  locale: Locale,
  form: { readonly code: string; readonly period: string },
): { readonly code: string; readonly period: string } | { readonly problems: FieldProblems } {
  const code = parseEpdPayerCode(form.code);
  const period = writtenMonth(form.period);
  const problems = {
    ...(form.code.trim() === ""
      ? { code: say(locale, "finding.code.problem.empty") }
      : code.ok
        ? {}
        : { code: identifierReasonWords(locale, reasonOf(code)) }),
    ...(form.period.trim() === ""
      ? { period: say(locale, "finding.code.problem.no-month") }
      : period === null
        ? { period: say(locale, "finding.paper.period-wrong") }
        : {}),
  };
  return code.ok && period !== null ? { code: code.value, period } : { problems };
}

/** A question, not an action: nothing is kept, so there is no next page to lead to and no number in its address. */
async function lookUp(
  c: WebContext,
  { engine }: Desk,
  question: LookUp,
  how: { readonly asked?: AskedCode; readonly refused: (problem: ApiProblem) => Response },
): Promise<Response> {
  try {
    const answer = await engine(c).lookUpBills(question);
    c.header("cache-control", "no-store");
    return show(
      c,
      <FoundBillsPage visit={c.get("visit")} answer={answer} {...(how.asked && { asked: how.asked })} />,
    );
  } catch (cause) {
    if (!isAnswerable(cause)) throw cause;
    return how.refused(cause);
  }
}

function showEmpty(c: WebContext, field: string): Response {
  return showWidgets(c, {}, { [field]: say(c.get("visit").locale, "page.identifiers.problem.text") });
}

function showWidgets(c: WebContext, form: FindingForm, problems: FieldProblems): Response {
  const page = <AddBillPage visit={c.get("visit")} form={form} problems={problems} />;
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}
