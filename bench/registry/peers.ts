import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { BILLER } from "./imports.ts";

/** Seconds that the hand-written roads take over the same bills: prepared rows, nothing to read, nothing to refuse, nobody to tell. */
export type Peers = {
  /** (a) COPY into a table without indexes. */
  readonly copySeconds: number;
  /** (b) COPY into a staging table and one INSERT … ON CONFLICT into bills, ids and instants by the table's own defaults. */
  readonly upsertSeconds: number;
  /** (b) with ids and instants in the prepared rows. */
  readonly bareUpsertSeconds: number;
};

const COLUMNS = `identity_key text, content_hash text, payee_hash text, account text, period text, kind text, version bigint, amount_minor bigint, due_on date,
  purpose text, payee jsonb, id text, received_at timestamptz`;

export async function copyAlone(url: string, prepared: string): Promise<number> {
  return timed(url, async (client) => {
    await client.query(`create table plain (${COLUMNS})`);
    return async () => copyInto(client, "plain", prepared);
  });
}

export async function copyAndUpsert(url: string, prepared: string, isBare: boolean): Promise<number> {
  return timed(url, async (client) => {
    await client.query(`create unlogged table hand_staging (${COLUMNS})`);
    return async () => {
      await copyInto(client, "hand_staging", prepared);
      const [names, values] = isBare
        ? ["id, received_at, confirmed_at,", "id, received_at, received_at,"]
        : ["", ""];
      await client.query(`insert into bills (${names} biller_id, identity_key, account, period, kind, state, version, amount_minor, currency, due_on, purpose, payee,
          payee_hash, content_hash, livemode, last_delivery, last_result, source, source_version, full_minor)
        select ${values} '${BILLER}', identity_key, account, period, kind, 'owed', 1, amount_minor, 'RUB', due_on, purpose, payee, payee_hash, content_hash, false,
          'file', 'new', 'file', version, amount_minor from hand_staging
        on conflict (identity_key) do update set version = bills.version + 1, source_version = excluded.source_version, amount_minor = excluded.amount_minor,
          full_minor = excluded.full_minor, due_on = excluded.due_on, purpose = excluded.purpose, content_hash = excluded.content_hash,
          confirmed_at = excluded.confirmed_at, last_result = 'amended'
        where bills.source_version < excluded.source_version`);
    };
  });
}

async function timed(
  url: string,
  prepare: (client: Client) => Promise<() => Promise<void>>,
): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const work = await prepare(client);
    await client.query("checkpoint");
    const begun = performance.now();
    await work();
    return (performance.now() - begun) / 1000;
  } finally {
    await client.end();
  }
}

async function copyInto(client: Client, table: string, prepared: string): Promise<void> {
  await pipeline(
    createReadStream(prepared, { highWaterMark: 256 * 1024 }),
    client.query(copyFrom(`copy ${table} from stdin`)),
  );
}
