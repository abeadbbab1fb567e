import { Hono } from "hono";
import { ApiProblem, type AddBills, type Client, type QrPicture } from "../../api/client.ts";
import { writtenMonth } from "../../domain/written-month.ts";
import { say } from "../../words/say.ts";
import { isRefusal, show } from "../answers.tsx";
import { parseRoubles } from "../amounts.ts";
import type { Desk, WebContext, WebEnv } from "../desk.ts";
import type { SentForm } from "../form-guard.ts";
import { PaperPage, type PaperForm, ScanPage } from "../pages/paper-bill.tsx";
import type { FieldProblems } from "../parts/forms.tsx";
import { scanningPath } from "../scanning-path.ts";
import { addAndOpen, problemsOf } from "./adding.ts";

const nothingEntered: PaperForm = { account: "", period: "", amount: "" };
/** As many codes as a sheet of bills has. */
const mostCodes = 16;

/** Reading the QR of a paper bill, and making a bill of it. */
export function paperRoutes(desk: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { engine } = desk;
  app.get(scanningPath, (c) => show(c, <ScanPage visit={c.get("visit")} problems={{}} />));
  app.post(scanningPath, async (c) => {
    try {
      const { items, otherCodes } = await codesOf(engine(c), c.get("form"));
      return showPaper(c, { items, otherCodes }, { form: nothingEntered, problems: {} });
    } catch (cause) {
      if (!isUnreadable(cause)) throw cause;
      const problems = { picture: cause.errors[0]?.detail ?? cause.detail };
      return show(c, <ScanPage visit={c.get("visit")} problems={problems} />, 422);
    }
  });
  app.post("/bills/add/paper", async (c) => {
    const sent = c.get("form");
    const form: PaperForm = {
      account: sent.text("account"),
      period: sent.text("period"),
      amount: sent.text("amount"),
    };
    const again = async (problems: FieldProblems) => {
      const code = await engine(c).readPaymentQr(Buffer.from(sent.text("qr"), "base64"));
      return showPaper(c, { items: [code], otherCodes: 0 }, { form, problems });
    };
    const wish = wishOf(c, sent.text("qr"), form);
    if ("problems" in wish) return again(wish.problems);
    const names = { qr: "qr", account: "account", period: "period", amount: "amount" };
    return addAndOpen(c, desk, {
      wish: wish.wish,
      refused: (problem) => again(problemsOf(problem, names, "qr")),
    });
  });
  return app;
}

/** The codes that the browser has read, or those of the picture that it sent instead. */
async function codesOf(client: Client, form: SentForm): Promise<QrPicture> {
  const contents = form.list("content").slice(0, mostCodes);
  if (contents.length > 0) {
    const items = await Promise.all(
      contents.map((content) => client.readPaymentQr(Buffer.from(content, "base64"))),
    );
    return { items, otherCodes: 0 };
  }
  const picture = form.file("picture");
  const mediaType = picture?.mediaType === "image/jpeg" ? "image/jpeg" : "image/png";
  return client.readPaymentQrPicture(picture?.bytes ?? new Uint8Array(), mediaType);
}

function isUnreadable(cause: unknown): cause is ApiProblem {
  if (cause instanceof ApiProblem && cause.status === 413) return true;
  return isRefusal(
    cause,
    "qr-not-payment",
    "picture-unreadable",
    "picture-too-large",
    "picture-too-slow",
    "picture-without-qr",
    "content-type-wrong",
  );
}

/** What is to be added, or what was written in a way that nobody can read. */
function wishOf(
  c: WebContext,
  qr: string,
  { account, period, amount }: PaperForm,
): { readonly wish: AddBills } | { readonly problems: FieldProblems } {
  const { locale } = c.get("visit");
  const month = writtenMonth(period);
  const sum = parseRoubles(amount);
  const problems = {
    ...(period !== "" && month === null ? { period: say(locale, "finding.paper.period-wrong") } : {}),
    ...(amount !== "" && sum === null ? { amount: say(locale, "finding.paper.amount-wrong") } : {}),
  };
  if (Object.keys(problems).length > 0) return { problems };
  return {
    wish: {
      qr,
      ...(account === "" ? {} : { account }),
      ...(month === null ? {} : { period: month }),
      ...(sum === null ? {} : { amount: sum }),
    },
  };
}

function showPaper(
  c: WebContext,
  { items, otherCodes }: QrPicture,
  { form, problems }: { readonly form: PaperForm; readonly problems: FieldProblems },
): Response {
  const visit = c.get("visit");
  const page = (
    <PaperPage visit={visit} codes={items} otherCodes={otherCodes} form={form} problems={problems} />
  );
  return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
}
