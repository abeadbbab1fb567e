import type { MessagePreview } from "../../adapters/channels/email/preview.ts";

/** Text inside a script element: nothing in it may end the element or begin a comment. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

const styles = `
:root{color-scheme:light}
body{margin:0 auto;max-width:84rem;padding:16px;font:16px/1.5 system-ui,sans-serif;background:#fff;color:#1c2430}
nav a{margin-right:12px;display:inline-block}
section{border-top:1px solid #d8dee6;padding:16px 0}
h2{font-size:20px}h3{font-size:16px;margin:16px 0 4px}
.views{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}
figure{margin:0;max-width:100%}figcaption{color:#556070;font-size:14px}
iframe{border:1px solid #d8dee6;display:block;max-width:100%}
dl{margin:8px 0}dt{color:#556070;font-size:14px}dd{margin:0 0 6px}
`;

/** A frame is filled when it comes near the screen: seventy mails in three frames each are too much at once. */
const script = `
const mails = JSON.parse(document.getElementById("mails").textContent);
const fill = (frame) => {
  const html = mails[frame.dataset.mail];
  // the dark view is the mail's own dark mode, whatever the browser prefers
  frame.srcdoc = frame.dataset.dark === undefined ? html.replace("(prefers-color-scheme:dark)", "not all") : html.replace("(prefers-color-scheme:dark)", "all");
  frame.addEventListener("load", () => { frame.style.height = frame.contentDocument.documentElement.scrollHeight + 2 + "px"; }, { once: true });
};
const near = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) if (isIntersecting) { near.unobserve(target); fill(target); }
}, { rootMargin: "800px" });
for (const frame of document.querySelectorAll("iframe")) near.observe(frame);
`;

const VIEWS = [
  { name: "wide", width: 640, dark: "" },
  { name: "phone", width: 320, dark: "" },
  { name: "dark", width: 320, dark: " data-dark" },
] as const;

/** One page with every message: each mail wide, on a phone and dark, and what the other channels say. It needs nothing beside itself. */
export function mailSheet(previews: readonly MessagePreview[]): string {
  const mails = Object.fromEntries(previews.map((one) => [nameOf(one), one.mail.html]));
  const events = [...new Set(previews.map(({ event }) => event))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Every message</title>
<style>${styles}</style>
</head>
<body>
<h1>Every message</h1>
<p>Made by <code>npm run generate</code> from the same code and words as the messages themselves, with made-up facts.</p>
<nav aria-label="Events">${events.map((event) => `<a href="#${event}">${event}</a>`).join("\n")}</nav>
<main>
${events.map((event) => eventHtml(event, previews)).join("\n")}
</main>
<script type="application/json" id="mails">${scriptJson(mails)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function nameOf({ event, locale }: Pick<MessagePreview, "event" | "locale">): string {
  return `${event}.${locale}`;
}

function eventHtml(event: string, previews: readonly MessagePreview[]): string {
  const ofEvent = previews.filter((one) => one.event === event);
  return `<section id="${event}"><h2>${event}</h2>\n${ofEvent.map(previewHtml).join("\n")}\n</section>`;
}

function previewHtml(preview: MessagePreview): string {
  const { locale, mail, push, hidden, sms } = preview;
  const said = [
    ["screen", `${push.title} / ${push.body}`],
    ["screen, amounts hidden", `${hidden.title} / ${hidden.body}`],
    ["SMS", sms],
  ];
  const frames = VIEWS.map(
    ({ name, width, dark }) =>
      `<figure><figcaption>${name}</figcaption><iframe title="${nameOf(preview)}, ${name}" data-mail="${nameOf(preview)}"${dark} width="${width}" height="600"></iframe></figure>`,
  );
  return `<article lang="${locale}"><h3>${locale}: ${escaped(mail.subject)}</h3>
<dl>${said.map(([name = "", words = ""]) => `<dt>${name}</dt><dd>${escaped(words)}</dd>`).join("")}</dl>
<div class="views">${frames.join("")}</div></article>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
