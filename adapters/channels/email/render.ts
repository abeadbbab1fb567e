import type { Locale } from "../../../words/locale.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { say } from "../../../words/say.ts";
import type { PayerAction } from "../../../domain/declines/reason.ts";
import { type ChannelMessage, type LinkName, LINKS_OF_EVENT } from "../port.ts";
import { type FactWords, toldReason, wordsOf } from "../fact-words.ts";
import { type Facts, readFacts } from "../facts.ts";
import { html, SafeHtml, safeLink } from "./html.ts";
import { type Sentences, sentencesOf } from "./sentences.ts";

/** A mail in its three forms. `html` is a whole document; both bodies tell the same. */
export type RenderedMail = { readonly subject: string; readonly html: string; readonly text: string };

type Row = { readonly label: string; readonly value: string };
type Link = { readonly label: string; readonly address: string };
type Letter = Sentences & {
  readonly locale: Locale;
  readonly rows: readonly Row[];
  readonly links: readonly Link[];
  readonly footer: readonly string[];
  readonly settings: Link | null;
};

/**
 * Writes the mail about an event. Throws when the facts do not fit the event (see {@link readFacts}) or a link is no http address.
 * Nothing of a resident's or biller's text can become markup, a header or a link.
 */
export function renderMail(message: Omit<ChannelMessage, "messageId" | "to" | "unsubscribe">): RenderedMail {
  const facts = readFacts(message.event, message.facts);
  const words = wordsOf(message, message.event, facts);
  const { locale, event } = message;
  const link = (name: keyof typeof message.links): Link[] => {
    const address = message.links[name];
    return address === undefined
      ? []
      : [{ label: say(locale, `mail.link.${name}`), address: safeLink(address) }];
  };
  const letter: Letter = {
    ...sentencesOf(locale, event, facts, words),
    locale,
    rows: rowsOf(message, facts, words),
    links: linksOf(message, facts).flatMap(link),
    footer: [
      ...(message.livemode ? [] : [say(locale, "mail.sandbox")]),
      say(locale, "mail.footer"),
      ...(message.legalMinimum ? [say(locale, "mail.footer-always")] : []),
    ],
    settings: link("settings")[0] ?? null,
  };
  return { subject: oneLine(letter.subject), html: writeHtml(letter), text: writeText(letter) };
}

/** Which of a message's links comes first, where what the reader can do asks for another one than the event. */
const LINK_OF_ACTION: Readonly<Partial<Record<PayerAction, LinkName>>> = {
  "other-card": "methods",
  "bind-again": "methods",
  "pay-again": "pay",
};

function linksOf(
  { locale, event }: Pick<ChannelMessage, "locale" | "event">,
  facts: Facts,
): readonly LinkName[] {
  const links: readonly LinkName[] = LINKS_OF_EVENT[event];
  const action =
    event === "failed" || facts.need !== null ? toldReason(locale, event, facts)?.action : undefined;
  const first = action === undefined ? undefined : LINK_OF_ACTION[action];
  if (first === undefined || !links.includes(first)) return links;
  return [first, ...links.filter((name) => name !== first)];
}

function rowsOf(message: Pick<ChannelMessage, "locale" | "event">, facts: Facts, words: FactWords): Row[] {
  const { locale, event } = message;
  const debit = event === "notice" || event === "notice-changed" || event === "failed-retry";
  const candidates: readonly (Row | null)[] = [
    row(locale, "amount", words.amount),
    row(locale, "biller", words.biller),
    row(locale, "purpose", words.purpose),
    row(locale, "account", facts.account === null ? null : lastDigits(facts.account)),
    debit ? row(locale, "debit", say(locale, "mail.row.debit-value", words)) : null,
    row(locale, "method", facts.method),
    row(locale, "paid", words.paid),
    OVER.has(event) || facts.unasked ? null : row(locale, "due", words.due),
    row(locale, "discount", words.full === "" ? "" : say(locale, "mail.row.discount-value", words)),
    row(locale, event === "mandate-expiring" ? "ends" : "until", words.until),
    event === "needs-confirmation" || event === "confirmation-reminder"
      ? row(locale, "deadline", words.deadline)
      : null,
  ];
  return candidates.filter((one) => one !== null);
}

/** Nothing is to be paid any more: a day until which it was due would only frighten. */
const OVER: ReadonlySet<MessageEvent> = new Set([
  "paid",
  "charged-after-stop",
  "money-returning",
  "money-returned",
  "bill-annulled",
]);

type RowName =
  | "amount"
  | "biller"
  | "purpose"
  | "account"
  | "debit"
  | "method"
  | "paid"
  | "due"
  | "discount"
  | "until"
  | "ends"
  | "deadline";

function row(locale: Locale, name: RowName, value: string | null): Row | null {
  return value === null || value === "" ? null : { label: say(locale, `mail.row.${name}`), value };
}

/** Enough of an account for its owner to know it, too little for a reader over the shoulder. */
function lastDigits(account: string): string {
  return account.length <= 4 ? account : `••${account.slice(-4)}`;
}

/** A subject is a header: line breaks and other controls would end it. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function writeText(letter: Letter): string {
  const blocks = [
    `${letter.lead}\n${letter.more}`,
    letter.rows.map((one) => `${one.label}: ${oneLine(one.value)}`).join("\n"),
    ...letter.links.map((link) => `${link.label}:\n${link.address}`),
    `--\n${[say(letter.locale, "mail.brand"), ...letter.footer].join("\n")}`,
    ...(letter.settings === null ? [] : [`${letter.settings.label}: ${letter.settings.address}`]),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

const styles = `
body{margin:0;padding:0;background:#f3f5f8;color:#1c2430}
a{color:#0b57a4}
.sheet{max-width:36rem;margin:0 auto;padding:24px 16px;font:16px/1.5 -apple-system,"Segoe UI",Roboto,Arial,sans-serif}
.card{background:#ffffff;border:1px solid #d8dee6;border-radius:12px;padding:24px}
h1{font-size:20px;line-height:1.3;margin:0 0 12px}
th{text-align:left;font-weight:normal;color:#556070;padding:4px 16px 4px 0;vertical-align:top;white-space:nowrap}
td{padding:4px 0;vertical-align:top}
.main{display:inline-block;background:#0b57a4;color:#ffffff;text-decoration:none;padding:12px 20px;border-radius:8px}
.foot{color:#556070;font-size:14px}
@media (max-width:30rem){th,td{display:block;padding:0}td{padding-bottom:8px}}
@media (prefers-color-scheme:dark){
body{background:#12171d!important;color:#e8edf3!important}.card{background:#1b222b!important;border-color:#37424f!important}
a{color:#8fc2ff!important}th,.foot{color:#a5b1c0!important}.main{background:#8fc2ff!important;color:#0b1b2d!important}}
`;

function writeHtml(letter: Letter): string {
  const [main, ...others] = letter.links;
  const document = html`<!doctype html>
<html lang="${letter.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${oneLine(letter.subject)}</title>
<style>${new SafeHtml(styles)}</style>
</head>
<body>
<div class="sheet">
<main class="card">
<h1>${letter.lead}</h1>
<p>${letter.more}</p>
${letter.rows.length === 0 ? null : html`<table>${letter.rows.map(writeRow)}</table>`}
${main === undefined ? null : html`<p><a class="main" href="${main.address}">${main.label}</a></p>`}
${others.map((link) => html`<p><a href="${link.address}">${link.label}</a></p>`)}
</main>
<footer class="foot">
<p>${say(letter.locale, "mail.brand")}. ${letter.footer.join(" ")}</p>
${letter.settings === null ? null : html`<p><a href="${letter.settings.address}">${letter.settings.label}</a></p>`}
</footer>
</div>
</body>
</html>
`;
  return document.text;
}

function writeRow(one: Row): SafeHtml {
  return html`<tr><th scope="row">${one.label}</th><td>${one.value}</td></tr>`;
}
