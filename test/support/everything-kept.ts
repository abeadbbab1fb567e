import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Client, Connection } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import type { Pool } from "pg";
import { readKeyRing } from "../../db/sealed.ts";
import { readOrMakeSecrets } from "../../processes/dev/secrets.ts";
import { createPayloadCodec } from "../../processes/payload-codec.ts";

/** Every value of every column of every table as text; bytes as PostgreSQL escapes them. */
export async function everythingStored(pool: Pool): Promise<string> {
  const { rows: columns } = await pool.query<{ table: string; column: string; type: string }>(
    `select c.table_name as "table", c.column_name as "column", c.data_type as type from information_schema.columns c
       join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`,
  );
  const texts: string[] = [];
  for (const { table, column, type } of columns) {
    const value = type === "bytea" ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const { rows } = await pool.query<{ text: string | null }>(`select ${value} as text from "${table}"`);
    texts.push(...rows.flatMap(({ text }) => text ?? []));
  }
  return texts.join("\n");
}

/** The forms in which a number could be found again in what was written: as it is, small, escaped by PostgreSQL, in base64 and in JSON's escapes. */
export function formsOf(number: string): readonly string[] {
  const escaped = [...Buffer.from(number, "utf8")]
    .map((byte) => (byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`))
    .join("");
  const inJson = Array.from(number, (letter) =>
    letter < "\u0080" ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  ).join("");
  return [number, number.toLowerCase(), escaped, Buffer.from(number).toString("base64"), inJson];
}

/** Every history of a running stack with its payloads decrypted, as text. */
export async function everyHistory(stack: {
  readonly temporal: string;
  readonly dataDirectory: string;
}): Promise<string> {
  const { payloadKeys } = readOrMakeSecrets(path.join(stack.dataDirectory, "secrets.json"));
  const codec = createPayloadCodec(readKeyRing(payloadKeys));
  const connection = await Connection.connect({ address: stack.temporal });
  try {
    const client = new Client({ connection, namespace: "kvitok" });
    const texts: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const payloads = await codec.decode(payloadsIn(history));
      texts.push(
        workflowId,
        JSON.stringify(history),
        ...payloads.map(({ data }) => Buffer.from(data ?? []).toString("utf8")),
      );
    }
    return texts.join("\n");
  } finally {
    await connection.close();
  }
}

function payloadsIn(value: unknown, found: Payload[] = []): Payload[] {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return found;
  if (isPayload(value)) found.push(value);
  else for (const part of Object.values(value)) payloadsIn(part, found);
  return found;
}

function isPayload(value: object): value is Payload {
  const { metadata } = value as Payload;
  return metadata?.["encoding"] instanceof Uint8Array;
}

/** What our own processes and the servers under them have logged; the sandbox city is another world. */
export function everyLog(dataDirectory: string): string {
  const folder = path.join(dataDirectory, "logs");
  const files = readdirSync(folder).filter((file) => !/^(city|bank)/.test(file));
  return files.map((file) => readFileSync(path.join(folder, file), "utf8")).join("\n");
}
