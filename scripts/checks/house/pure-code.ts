import { readFile } from "node:fs/promises";
import path from "node:path";
import ts from "typescript";
import { parseSource } from "./source-lines.ts";

const hostDependentCalls = new Set([
  "toLocaleString",
  "toLocaleDateString",
  "toLocaleTimeString",
  "toLocaleUpperCase",
  "toLocaleLowerCase",
  "localeCompare",
]);
const localTimeReaders =
  /^(?:get|set)(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds|TimezoneOffset)$/;
const forbiddenInDomain = new Set([
  "performance",
  "process",
  "crypto",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "console",
  "globalThis",
]);

/**
 * `domain` knows no clock, chance, zone or locale of the machine; `workflows` get clock and chance from Temporal,
 * but a format that asks the host for its locale or zone computes something else on replay elsewhere.
 */
export async function findImpureCode(root: string, files: readonly string[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const file of files.filter((name) => /^(?:domain|workflows)\/.*\.tsx?$/.test(name))) {
    const source = parseSource(file, await readFile(path.join(root, file), "utf8"));
    const isDomain = file.startsWith("domain/");
    const visit = (node: ts.Node): void => {
      const problem = hostFormat(node) ?? (isDomain ? clockOrChance(node) : undefined);
      if (problem !== undefined) {
        const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
        complaints.push(`${file}:${line}: ${problem}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return complaints;
}

function hostFormat(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && localTimeReaders.test(node.name.text)) {
    return `${node.name.text} reads the zone of the machine: use the UTC one, or civil dates`;
  }
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const given = node.arguments ?? [];
  if (ts.isPropertyAccessExpression(node.expression)) return memberFormat(node.expression, given);
  const isDate = ts.isIdentifier(node.expression) && node.expression.text === "Date";
  return isDate && given.length > 1
    ? "Date with parts reads the zone of the machine: use Date.UTC"
    : undefined;
}

function memberFormat(
  callee: ts.PropertyAccessExpression,
  given: readonly ts.Expression[],
): string | undefined {
  const name = callee.name.text;
  const localeAt = name === "localeCompare" ? 1 : 0;
  if (hostDependentCalls.has(name) && given[localeAt] === undefined) return `${name} without a locale`;
  if (callee.expression.getText() !== "Intl") return undefined;
  if (given.length === 0) return `Intl.${name} without a locale`;
  const lacksZone = name === "DateTimeFormat" && !namesZone(given[1]);
  return lacksZone ? "Intl.DateTimeFormat without a timeZone" : undefined;
}

function namesZone(options: ts.Expression | undefined): boolean {
  return options !== undefined && /\btimeZone\b/.test(options.getText());
}

function clockOrChance(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    if (text === "Date.now" || text === "Math.random") {
      return `${text} in domain: the caller gives the time or the chance`;
    }
  }
  const isDateCall =
    (ts.isCallExpression(node) || ts.isNewExpression(node)) && node.expression.getText() === "Date";
  if (isDateCall && (node.arguments ?? []).length === 0)
    return "the clock in domain: the caller gives the time";
  if (ts.isIdentifier(node) && forbiddenInDomain.has(node.text) && isFreeName(node)) {
    return `${node.text} in domain: it belongs to the machine`;
  }
  return undefined;
}

/** True where an identifier reads a variable: not the name of a property, a member, a parameter or a declaration. */
function isFreeName(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isVariableDeclaration(parent)) return parent.initializer === node;
  return ts.isCallExpression(parent) || ts.isNewExpression(parent) || ts.isBinaryExpression(parent);
}
