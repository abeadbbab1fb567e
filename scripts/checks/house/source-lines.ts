import ts from "typescript";

/** A function with its own name (or where it stands) and how many lines of code it spans. */
export interface MeasuredFunction {
  readonly name: string;
  readonly line: number;
  readonly codeLines: number;
}

/** Parses one file; JSX is understood in `.tsx`. */
export function parseSource(file: string, text: string): ts.SourceFile {
  const kind = file.endsWith(".tsx") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true, kind);
}

/** Line numbers (from 0) that hold code: neither empty nor only a comment. */
export function codeLines(source: ts.SourceFile): ReadonlySet<number> {
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    const start = node.getStart(source);
    const end = node.getEnd();
    if (start >= end) return;
    const last = source.getLineAndCharacterOfPosition(end).line;
    for (let line = source.getLineAndCharacterOfPosition(start).line; line <= last; line += 1)
      lines.add(line);
  };
  visit(source);
  return lines;
}

/** Every function of a file that has a body; the callbacks of `describe` are folders of tests, not functions. */
export function measureFunctions(
  source: ts.SourceFile,
  lines: ReadonlySet<number>,
): readonly MeasuredFunction[] {
  const found: MeasuredFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunctionWithBody(node) && !isSuiteCallback(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      let count = 0;
      for (let line = first; line <= last; line += 1) if (lines.has(line)) count += 1;
      found.push({ name: functionName(node), line: first + 1, codeLines: count });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function isSuiteCallback(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

function functionName(node: ts.FunctionLikeDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const parent = node.parent;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.initializer === node) {
    return parent.name.getText();
  }
  if (ts.isCallExpression(parent)) return callName(parent);
  return ts.isConstructorDeclaration(node) ? "constructor" : "(anonymous)";
}

function callName(call: ts.CallExpression): string {
  const callee = call.expression.getText().split("\n", 1)[0] ?? "";
  const [first] = call.arguments;
  return first !== undefined && ts.isStringLiteralLike(first) ? `${callee} "${first.text}"` : `${callee}(…)`;
}
