import { sql } from "kysely";
import { openDatabase } from "../database.ts";
import { ENGINE_ROLE, PERSON_ROLE } from "./roles.ts";

/** The name that the API logs in with, where it does not log in as the owner. */
export const API_LOGIN = "kvitok_api";

/**
 * Makes the API's own login, or gives it this password: it owns nothing, bypasses nothing, inherits nothing, and may take the two roles that the API works with. For the owner of the
 * database, after the migrations. The password is never part of a statement's text.
 */
export async function makeApiLogin(url: string, password: string): Promise<void> {
  const { db, close } = openDatabase({ url, applicationName: "kvitok-migrate", maxConnections: 1 });
  try {
    await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('api-login', 0))`.execute(transaction);
      await sql`select set_config('kvitok.login', ${API_LOGIN}, true), set_config('kvitok.password', ${password}, true)`.execute(
        transaction,
      );
      await sql.raw(MAKE).execute(transaction);
    });
  } finally {
    await close();
  }
}

const MAKE = `do $$
declare
  login constant text := current_setting('kvitok.login');
begin
  if not exists (select 1 from pg_roles where rolname = login) then
    execute format('create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole', login);
  end if;
  execute format('alter role %I password %L', login, current_setting('kvitok.password'));
  execute format('grant ${PERSON_ROLE}, ${ENGINE_ROLE} to %I', login);
end $$`;
