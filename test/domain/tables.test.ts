import { describe, expect, test } from "vitest";
import { mermaidOf, tables } from "../../domain/tables.ts";
import { EXPECTED } from "./expected-moves.ts";

function pairsOf(text: string): string[] {
  return text
    .split(/[·\n]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .toSorted();
}

describe.each(tables.map((table) => [table.name, table] as const))("the table of a %s", (name, table) => {
  test("holds exactly the moves of payment-rules", () => {
    const drawn = Object.entries(table.moves).flatMap(([from, moves]) =>
      Object.entries(moves).map(([event, to]) => `${from} ${event} ${String(to)}`),
    );
    expect(drawn.toSorted()).toEqual(pairsOf(EXPECTED[name] ?? ""));
  });

  test("lets every state be reached from where it begins", () => {
    const reached = new Set([table.begins]);
    for (const state of reached)
      for (const to of Object.values(table.moves[state] ?? {})) if (to) reached.add(to);
    expect([...reached].toSorted()).toEqual(Object.keys(table.moves).toSorted());
  });

  test("is drawn with every move on an arrow", () => {
    const drawing = mermaidOf(table);
    expect(drawing).toMatch(/^stateDiagram-v2\n {2}\[\*\] --> /);
    for (const event of Object.values(table.moves).flatMap((moves) => Object.keys(moves))) {
      expect(drawing).toContain(event);
    }
    for (const line of drawing.split("\n").filter((one) => one.includes("-->"))) {
      expect(line).toMatch(/^ {2}(\[\*\]|\w+) --> (\[\*\]|\w+)(: .+)?$/);
    }
  });
});
