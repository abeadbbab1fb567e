import { Kysely, PostgresDialect } from "kysely";
import { type Client, Pool } from "pg";
import { z } from "zod";
import type { DB } from "../../db/generated/database.ts";
import type { ListCase } from "./lists.ts";

/** A statement as the database receives it. */
export type Statement = { readonly sql: string; readonly parameters: readonly unknown[] };

/** Asks one list as the engine would, and keeps what was sent. */
export async function statementsOf(url: string, list: ListCase): Promise<readonly Statement[]> {
  const statements: Statement[] = [];
  const pool = new Pool({ connectionString: url, max: 1 });
  // The server is stopped right after; a connection that learns of it late is no failure.
  pool.on("error", () => undefined);
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => {
      statements.push({ sql: query.sql, parameters: query.parameters });
    },
  });
  try {
    await list.ask(db);
    return statements;
  } finally {
    await db.destroy();
  }
}

const rowShape = z.object({ "QUERY PLAN": z.string() });

/** The plan with what it really read, as PostgreSQL writes it for people. */
export async function explainForPeople(client: Client, { sql, parameters }: Statement): Promise<string> {
  const { rows } = await client.query(`explain (analyze, buffers, timing off, costs off) ${sql}`, [
    ...parameters,
  ]);
  return rows.map((row) => rowShape.parse(row)["QUERY PLAN"]).join("\n");
}

type Node = {
  readonly "Node Type": string;
  readonly "Relation Name"?: string | undefined;
  readonly Plans?: readonly Node[] | undefined;
};

const nodeShape: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Relation Name": z.string().optional(),
    Plans: z.array(nodeShape).optional(),
  }),
);
const planShape = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: nodeShape })]) })]);

/** The tables that a statement would read from end to end. */
export async function readsWhole(client: Client, { sql, parameters }: Statement): Promise<readonly string[]> {
  const { rows } = await client.query(`explain (format json) ${sql}`, [...parameters]);
  const [{ "QUERY PLAN": plans }] = planShape.parse(rows);
  return nodesOf(plans[0].Plan).flatMap((node) =>
    node["Node Type"] === "Seq Scan" && node["Relation Name"] !== undefined ? [node["Relation Name"]] : [],
  );
}

function nodesOf(node: Node): readonly Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
