import path from "node:path";
import { pathToFileURL } from "node:url";
import { Kysely, PostgresDialect } from "kysely";
import { DatabaseError, Pool } from "pg";
import type { DB } from "../../db/generated/database.ts";
import { projectRoot } from "../checks/steps.ts";
import type { QueryFunction } from "./query-functions.ts";

/** What one function sent to the database, statement by statement. */
export interface RecordedQuery {
  readonly file: string;
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * Calls every function with its made-up arguments on the empty database at `url` and writes down what it sends.
 * What the rows answer is of no interest, and a refused value neither; but a statement that names a table, column or
 * function that is not there, or that PostgreSQL cannot read, is a defect.
 *
 * @throws naming the function whose statement is wrong, or that sent none
 */
export async function recordQueries(
  url: string,
  functions: readonly QueryFunction[],
): Promise<readonly RecordedQuery[]> {
  const statements: string[] = [];
  const pool = new Pool({ connectionString: url, max: 2 });
  // The server is stopped right after; a connection that learns of it late is no failure.
  pool.on("error", () => undefined);
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    log: (event) => {
      statements.push(event.query.sql);
    },
  });
  try {
    const recorded: RecordedQuery[] = [];
    for (const query of functions) {
      statements.length = 0;
      await call(db, query);
      if (statements.length === 0)
        throw new Error(`${query.file}: ${query.name} sent nothing to the database`);
      recorded.push({ file: query.file, name: query.name, statements: [...statements] });
    }
    return recorded;
  } finally {
    await db.destroy();
  }
}

async function call(db: Kysely<DB>, { file, name, otherArguments }: QueryFunction): Promise<void> {
  const module = (await import(pathToFileURL(path.join(projectRoot, file)).href)) as Record<string, unknown>;
  const query = module[name] as (db: Kysely<DB>, ...others: readonly unknown[]) => Promise<unknown>;
  try {
    await query(db, ...otherArguments);
  } catch (error) {
    // Class 42: syntax error or access rule violation. Anything else is about the values, which are made up.
    if (error instanceof DatabaseError && error.code?.startsWith("42") === true) {
      throw new Error(`${file}: ${name}: ${error.message}`, { cause: error });
    }
  }
}
