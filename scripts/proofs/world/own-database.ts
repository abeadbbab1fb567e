import { randomUUID } from "node:crypto";
import { escapeIdentifier } from "pg";
import { openDatabase } from "../../../db/database.ts";
import { createSealer } from "../../../db/sealed.ts";
import { withClient } from "../../../processes/dev/postgres.ts";
import type { Ground } from "../../../test/support/rows.ts";
import { withMigratedDatabase } from "../../temporary-database.ts";

/** Runs `work` on a migrated database of its own, without gateway, workflow or loop. */
export async function onOwnDatabase<Result>(work: (ground: Ground) => Promise<Result>): Promise<Result> {
  return withMigratedDatabase((url) => onGround(url, work));
}

/** Lends a database that nobody else works on; it is gone when its work is over. */
type Lend = <Result>(work: (ground: Ground) => Promise<Result>) => Promise<Result>;

/** As {@link onOwnDatabase}, for many of them on one server: each is a copy of one that is migrated once. */
export async function onOwnDatabases<Result>(work: (lend: Lend) => Promise<Result>): Promise<Result> {
  return withMigratedDatabase((url) => work((borrower) => onCopy(url, borrower)));
}

async function onCopy<Result>(url: string, work: (ground: Ground) => Promise<Result>): Promise<Result> {
  const name = `copy_${randomUUID()}`;
  const template = databaseOf(url);
  await asManager(url, `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
  try {
    return await onGround(withDatabase(url, name), work);
  } finally {
    await asManager(url, `drop database ${escapeIdentifier(name)} with (force)`);
  }
}

/** From another database: one that somebody is connected to cannot be copied. */
async function asManager(url: string, command: string): Promise<void> {
  await withClient(withDatabase(url, "postgres"), async (client) => {
    await client.query(command);
  });
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function onGround<Result>(url: string, work: (ground: Ground) => Promise<Result>): Promise<Result> {
  const { db, close } = openDatabase({ url, applicationName: "kvitok-proof", maxConnections: 26 });
  try {
    return await work({
      db,
      // a key for cards that do not exist
      sealer: createSealer({ active: "proof", keys: new Map([["proof", Buffer.alloc(32, 7)]]) }),
      bank: { bindCard: () => Promise.resolve(`token-${randomUUID()}`) },
    });
  } finally {
    await close();
  }
}
