/** The pages' only style sheet, inline: dark and light, from 320 px, 44 px targets, visible focus. */
export const style = `
:root { color-scheme: light dark; --ink: #17202a; --soft: #5b6672; --paper: #f3f5f8; --sheet: #fff; --line: #8a94a0;
  --accent: #1a5fb4; --on-accent: #fff; --bad: #a51d2d; --bad-paper: #fdecee; --note: #fff6db; --note-ink: #4d3b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef1f5; --soft: #b4bdc8; --paper: #14181d; --sheet: #1d232b;
  --line: #76818e; --accent: #8ab8f5; --on-accent: #0b1a2c; --bad: #ffb3bb; --bad-paper: #3a1a1f; --note: #3a3212;
  --note-ink: #ffecb0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1rem; }
.sheet { background: var(--sheet); border-radius: .75rem; padding: 1.25rem; box-shadow: 0 1px 4px rgb(0 0 0 / .15); }
.bank { font-weight: 600; color: var(--soft); margin: .5rem 0; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.note { background: var(--note); color: var(--note-ink); border-radius: .5rem; padding: .6rem .8rem; margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.25rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; } .sum { font-size: 1.25rem; font-weight: 700; }
.field { margin: 0 0 1rem; } .field label { display: block; font-weight: 600; }
.hint { color: var(--soft); font-size: .9rem; margin: .15rem 0; }
.problem { color: var(--bad); font-weight: 600; margin: .15rem 0; }
.problems { background: var(--bad-paper); color: var(--bad); border-radius: .5rem; padding: .6rem .8rem; margin: 0 0 1rem; }
input[type=text] { width: 100%; min-height: 2.75rem; font: inherit; padding: .4rem .6rem; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .5rem; }
input[aria-invalid=true] { border: 2px solid var(--bad); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; }
@media (max-width: 24rem) { .pair { grid-template-columns: 1fr; } }
fieldset { border: 0; padding: 0; margin: 0 0 1rem; } legend { font-weight: 600; padding: 0; }
.choice { display: flex; align-items: center; gap: .6rem; min-height: 2.75rem; }
.choice input { width: 1.25rem; height: 1.25rem; flex: none; }
.actions { display: grid; gap: .75rem; margin-top: 1.25rem; }
button, .button { min-height: 2.75rem; font: inherit; font-weight: 600; border-radius: .5rem; padding: .5rem 1rem; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); text-align: center; text-decoration: none; }
.quiet { background: transparent; color: var(--accent); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.code { font: 700 1.3rem/1.2 ui-monospace, monospace; letter-spacing: .15em; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; } td { padding: .25rem .25rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
summary { cursor: pointer; min-height: 2.75rem; display: flex; align-items: center; color: var(--accent); }
`;
