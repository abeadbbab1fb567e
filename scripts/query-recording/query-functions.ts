import path from "node:path";
import ts from "typescript";
import { projectRoot } from "../checks/steps.ts";
import { exampleValue } from "./example-value.ts";

/** A function of `db/` that talks to the database, with made-up arguments to call it with. */
export interface QueryFunction {
  /** Relative to the project's root. */
  readonly file: string;
  readonly name: string;
  /** What follows the database. */
  readonly otherArguments: readonly unknown[];
}

/**
 * Every exported function whose first parameter is the database, sorted by file and then by name.
 * @param files the project's files
 * @param where which of them hold queries
 */
export function findQueryFunctions(
  files: readonly string[],
  where = /^db\/.*\.ts$/,
): readonly QueryFunction[] {
  const sources = files.filter((file) => where.test(file)).sort();
  const paths = sources.map((file) => path.join(projectRoot, file));
  const program = ts.createProgram(paths, readCompilerOptions());
  const checker = program.getTypeChecker();
  return sources.flatMap((file) => {
    const source = program.getSourceFile(path.join(projectRoot, file));
    const symbol = source && checker.getSymbolAtLocation(source);
    const exported = symbol === undefined ? [] : checker.getExportsOfModule(symbol);
    return exported
      .toSorted((left, right) => (left.getName() < right.getName() ? -1 : 1))
      .flatMap((candidate) => describeQuery(checker, file, candidate));
  });
}

function readCompilerOptions(): ts.CompilerOptions {
  const file = path.join(projectRoot, "tsconfig.json");
  const parsed = ts.getParsedCommandLineOfConfigFile(
    file,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic },
  );
  if (parsed === undefined) throw new Error(`${file} cannot be read`);
  return parsed.options;
}

function onUnRecoverableConfigFileDiagnostic(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
}

function describeQuery(checker: ts.TypeChecker, file: string, symbol: ts.Symbol): readonly QueryFunction[] {
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || !ts.isFunctionDeclaration(declaration)) return [];
  const [first, ...others] = declaration.parameters;
  const firstType = first?.type?.getText();
  if (firstType !== "Database" && firstType !== "Transaction") return [];
  const otherArguments = others.map((parameter) =>
    exampleValue(checker, checker.getTypeAtLocation(parameter)),
  );
  return [{ file, name: symbol.getName(), otherArguments }];
}
