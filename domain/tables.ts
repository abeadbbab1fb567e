import { BILL_BEGINS, BILL_MOVES } from "./bill.ts";
import { CHARGE_BEGINS, CHARGE_MOVES } from "./charge.ts";
import { MANDATE_BEGINS, MANDATE_MOVES } from "./mandate.ts";
import { METHOD_BEGINS, METHOD_MOVES } from "./method.ts";
import type { Moves } from "./moves.ts";
import { NOTIFICATION_BEGINS, NOTIFICATION_MOVES } from "./notification.ts";
import { REFUND_BEGINS, REFUND_MOVES } from "./refund.ts";
import { PAYMENT_BEGINS, PAYMENT_MOVES } from "./payment.ts";

/** One table of moves as a generator draws it. */
export type Table = {
  readonly name: string;
  readonly begins: string;
  readonly moves: Moves<string, string>;
};

/** Every state machine of the rules, in the order of payment-rules. */
export const tables: readonly Table[] = [
  { name: "charge", begins: CHARGE_BEGINS, moves: CHARGE_MOVES },
  { name: "payment", begins: PAYMENT_BEGINS, moves: PAYMENT_MOVES },
  { name: "bill", begins: BILL_BEGINS, moves: BILL_MOVES },
  { name: "mandate", begins: MANDATE_BEGINS, moves: MANDATE_MOVES },
  { name: "method", begins: METHOD_BEGINS, moves: METHOD_MOVES },
  { name: "refund", begins: REFUND_BEGINS, moves: REFUND_MOVES },
  { name: "notification", begins: NOTIFICATION_BEGINS, moves: NOTIFICATION_MOVES },
];

/** Draws a table as a Mermaid state diagram; events that join the same two states share one arrow. */
export function mermaidOf(table: Table): string {
  const lines = ["stateDiagram-v2", `  [*] --> ${idOf(table.begins)}`];
  for (const [state, moves] of Object.entries(table.moves)) {
    if (state.includes("-")) lines.push(`  state "${state}" as ${idOf(state)}`);
    const targets = [...new Set(Object.values(moves))];
    for (const to of targets) {
      const events = Object.keys(moves).filter((event) => moves[event] === to);
      lines.push(`  ${idOf(state)} --> ${idOf(to ?? "")}: ${events.join(", ")}`);
    }
    if (targets.length === 0) lines.push(`  ${idOf(state)} --> [*]`);
  }
  return `${lines.join("\n")}\n`;
}

/** Mermaid's ids take no dash. */
function idOf(state: string): string {
  return state.replaceAll("-", "_");
}
