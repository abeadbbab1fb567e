import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";
import { sql } from "kysely";
import ts from "typescript";
import type { Database } from "../../../db/database.ts";
import { repositoryFolder } from "../../../processes/dev/process-command.ts";
import { planted } from "./list.ts";
import type { Change, EngineMutant } from "./of-the-whole-engine.ts";

type OfFile = Extract<Change, { file: string }>;
type OfFunction = Extract<Change, { databaseFunction: string }>;

/**
 * A copy of the built engine with a bug in it, the workflows bundled anew from what was built.
 *
 * @returns its folder, beside the sound one
 */
export async function plantInBuild(built: string, mutant: EngineMutant): Promise<string> {
  const copy = `${built}-planted`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(built, copy, { recursive: true });
  const changes = mutant.changes.filter((change): change is OfFile => "file" in change);
  for (const [file, text] of textsOf(mutant.name, changes)) {
    writeFileSync(join(copy, file.replace(/\.ts$/, ".js")), compiled(file, text));
  }
  if (changes.length > 0) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(copy, "workflows/index.js"),
      failureConverterPath: join(copy, "workflows/failure-converter.js"),
      logger: new DefaultLogger("WARN"),
    });
    writeFileSync(join(copy, "workflow-bundle.js"), code);
  }
  return copy;
}

/** Each file with all its changes. */
function textsOf(name: string, changes: readonly OfFile[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const change of changes) {
    const { file } = change;
    const text = texts.get(file) ?? readFileSync(join(repositoryFolder, file), "utf8");
    texts.set(file, planted({ name, ...change }, text));
  }
  return texts;
}

function compiled(file: string, text: string): string {
  const { config } = ts.readConfigFile(join(repositoryFolder, "tsconfig.json"), (path) =>
    readFileSync(path, "utf8"),
  ) as { readonly config: { readonly compilerOptions: object } };
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, module: "esnext", moduleResolution: "bundler", noEmit: false },
    repositoryFolder,
  );
  return ts.transpileModule(text, { fileName: file, compilerOptions: options }).outputText;
}

/** Breaks the database's own functions and takes away what would refuse the bug; called behind the migration, before anybody uses it. */
export async function plantInDatabase(
  db: Database,
  mutant: Pick<EngineMutant, "name" | "changes" | "guards">,
): Promise<void> {
  const changes = mutant.changes.filter((change): change is OfFunction => "databaseFunction" in change);
  for (const change of changes) {
    const name = change.databaseFunction;
    const { rows } = await sql<{ definition: string }>`
      select pg_get_functiondef(oid) as definition from pg_proc where proname = ${name} and pronamespace = 'public'::regnamespace`.execute(
      db,
    );
    const [found, ...others] = rows;
    if (found === undefined || others.length > 0)
      throw new Error(`mutant ${mutant.name}: ${rows.length} functions are called ${name}`);
    const text = planted({ ...change, name: mutant.name, file: `function ${name}` }, found.definition);
    await sql.raw(text).execute(db);
  }
  for (const { statement } of mutant.guards ?? []) await sql.raw(statement).execute(db);
}
