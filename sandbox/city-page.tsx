import type { Child, FC } from "hono/jsx";

const style = `
:root { color-scheme: light dark; --ink:#1c2430; --soft:#5a6676; --line:#d8dee6; --paper:#fff; --ground:#f3f5f8; --accent:#0b57a4; --on-accent:#fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink:#e8edf3; --soft:#a5b1c0; --line:#37424f; --paper:#1b222b; --ground:#12171d; --accent:#8fc2ff; --on-accent:#0b1b2d; }
}
* { box-sizing: border-box; }
body { margin:0; font:16px/1.5 system-ui, sans-serif; color:var(--ink); background:var(--ground); }
header.city { background:var(--paper); border-bottom:1px solid var(--line); padding:.75rem 1rem; }
header.city p { margin:0; color:var(--soft); }
main { max-width:60rem; margin:0 auto; padding:1rem; }
h1 { font-size:1.5rem; line-height:1.25; margin:.5rem 0 1rem; }
h2 { font-size:1.1rem; margin:1.5rem 0 .5rem; }
a { color:var(--accent); }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px; }
.card { background:var(--paper); border:1px solid var(--line); border-radius:.6rem; padding:1rem; margin:0 0 1rem; overflow-wrap:anywhere; }
ul.plain { list-style:none; margin:0; padding:0; }
ul.plain > li + li { border-top:1px solid var(--line); }
.soft { color:var(--soft); }
pre { white-space:pre-wrap; overflow-wrap:anywhere; margin:0; font:0.9rem/1.45 ui-monospace, monospace; }
dl { display:grid; grid-template-columns:minmax(6rem, max-content) 1fr; gap:.25rem 1rem; margin:0; }
dt { color:var(--soft); } dd { margin:0; overflow-wrap:anywhere; }
iframe { width:100%; height:34rem; border:1px solid var(--line); border-radius:.6rem; background:#fff; }
button { font:inherit; width:100%; text-align:start; padding:.75rem 1rem; border-radius:.6rem; border:1px solid var(--line); background:var(--paper); color:var(--ink); cursor:pointer; min-height:44px; }
button:hover { border-color:var(--accent); }
button.main { background:var(--accent); color:var(--on-accent); border-color:var(--accent); text-align:center; }
form + form, form button + button { margin-top:.5rem; }
`;

/** The frame of every page of the sandbox city: says that nothing here is real, works without script, light and dark. */
export const CityPage: FC<{ language: "ru" | "en"; title: string; place: string; children?: Child }> = (
  props,
) => (
  <html lang={props.language}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{props.title}</title>
      <style dangerouslySetInnerHTML={{ __html: style }} />
    </head>
    <body>
      <header class="city">
        <p>{props.place}</p>
      </header>
      <main>
        <h1>{props.title}</h1>
        {props.children}
      </main>
    </body>
  </html>
);

/** The whole document as text. */
export function htmlDocument(page: { toString(): string }): string {
  return `<!doctype html>${page.toString()}`;
}
