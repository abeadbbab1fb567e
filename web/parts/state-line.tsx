import type { FC } from "hono/jsx";
import type { Told } from "../payment-words.ts";

/** One line that says a state. */
export const StateLine: FC<{ told: Told }> = ({ told }) => (
  <p class={`state state-${told.tone}`}>
    <span>{told.title}</span>
  </p>
);

/** The state as the main thing on a page: what is the case, why, and what comes next. */
export const StateBox: FC<{ told: Told }> = ({ told }) => (
  <div class={`note note-${told.tone}`}>
    <h2>{told.title}</h2>
    {told.why === undefined ? null : <p>{told.why}</p>}
    {told.todo === undefined ? null : <p data-action={told.action}>{told.todo}</p>}
    {told.next === undefined ? null : <p>{told.next}</p>}
  </div>
);
