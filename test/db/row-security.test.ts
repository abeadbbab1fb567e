import { CompiledQuery, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/database.ts";
import { payNow, skipPayment } from "../../db/queries/payments.ts";
import { stopMandate } from "../../db/queries/mandates.ts";
import { withdrawMethod } from "../../db/queries/withdrawals.ts";
import { actingFor } from "../../db/rights/acting.ts";
import { ruleOfTable, TABLE_RULES } from "../../db/rights/table-rules.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";
import {
  anna,
  boris,
  insertOf,
  isEverybodys,
  plantRows,
  type Table,
  tablesOf,
} from "./support/two-people.ts";

let core: MoneyCore;
let person: OpenDatabase;
let tables: readonly Table[];
beforeAll(async () => {
  core = await openMoneyCore();
  person = openDatabase({
    url: core.url,
    applicationName: "row-security",
    rights: "person",
    maxConnections: 2,
  });
  await plantRows(core.pool);
  tables = await tablesOf(core.pool);
});
afterAll(async () => {
  await person.close();
  await core.close();
});

/** Everything that a person's role may read of a table, without a word about whose. */
const readAll = (table: Table) => {
  const hidden = Object.keys(ruleOfTable(table.name)?.hidden ?? {});
  const columns = table.columns.filter(({ name }) => !hidden.includes(name)).map(({ name }) => name);
  return sql<
    Record<string, unknown>
  >`select ${sql.join(columns.map((name) => sql.ref(name)))} from ${sql.table(table.name)}`;
};
const readAs = async (who: typeof anna, table: Table) =>
  (await actingFor(who, () => readAll(table).execute(person.db))).rows;

/** What the owner of the database sees of a table, as text. */
async function whole(table: Table): Promise<string> {
  const { rows } = await core.pool.query(`select to_jsonb(t)::text as row from ${table.name} t order by 1`);
  return JSON.stringify(rows);
}

/** The code of PostgreSQL's refusal; null: it did it. Nothing of it stays. */
async function refusalOf(
  who: typeof anna,
  text: string,
  values: readonly unknown[] = [],
): Promise<string | null> {
  return actingFor(who, async () => {
    try {
      await person.db.transaction().execute(async (transaction) => {
        await transaction.executeQuery(CompiledQuery.raw(text, [...values]));
        throw new Undone();
      });
      return null;
    } catch (cause) {
      if (cause instanceof Undone) return null;
      return (cause as { code?: string }).code ?? String(cause);
    }
  });
}
class Undone extends Error {}

describe("the rules", () => {
  test("a table without a rule fails here, and so does a rule without a table", () => {
    expect(tables.map(({ name }) => name)).toEqual(Object.keys(TABLE_RULES).toSorted());
  });

  test("every table has row security switched on, for everybody but its owner", async () => {
    const { rows } = await core.pool.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity",
    );
    expect(rows).toEqual([]);
  });

  test("the API's role is no owner, no superuser, and passes no row security by", async () => {
    const { rows } =
      await sql`select current_user as name, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin from pg_roles
      where rolname = current_user`.execute(person.db);
    const rights = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcanlogin: false };
    expect(rows).toEqual([{ name: "kvitok_person", ...rights }]);
  });

  test("the engine's role passes row security by, as COPY needs it, and has no other power", async () => {
    const { rows } = await core.pool.query(
      "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles where rolname = 'kvitok_engine'",
    );
    const none = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolcanlogin: false };
    expect(rows).toEqual([{ ...none, rolbypassrls: true }]);
  });

  test("functions with their owner's right look names up on a fixed path", async () => {
    const { rows } = await core.pool.query(`select oid::regprocedure::text as loose from pg_proc
      where pronamespace in ('public'::regnamespace, 'person'::regnamespace) and prosecdef
        and not coalesce(proconfig, '{}') @> array['search_path=public, pg_temp']`);
    expect(rows).toEqual([]);
  });
});

describe("with the API's role and no WHERE", () => {
  test("every table gives a person their own rows, or what is everybody's, and nothing else", async () => {
    for (const table of tables) {
      const rows = await readAs(anna, table);
      const text = JSON.stringify(rows, (_, value: unknown) =>
        Buffer.isBuffer(value) ? value.toString() : value,
      );
      const rule = ruleOfTable(table.name)?.rows;
      const count = rule === "nobody" ? 0 : 1;
      if (rule !== "everybody") expect([table.name, rows.length]).toEqual([table.name, count]);
      expect([table.name, text.includes(boris.subject)]).toEqual([table.name, false]);
    }
  });

  test("whoever acts for nobody sees nobody's rows", async () => {
    for (const table of tables.filter(({ name }) => !isEverybodys(name))) {
      expect([table.name, (await readAll(table).execute(person.db)).rows]).toEqual([table.name, []]);
    }
  });

  test("a view over everybody's rows is closed; the person's own stands before it", async () => {
    expect(await refusalOf(anna, "select * from public.bill_viewers")).toBe("42501");
    const seen = await actingFor(anna, () => sql`select * from bill_viewers`.execute(person.db));
    expect(JSON.stringify(seen.rows)).not.toContain(boris.subject);
    expect(seen.rows.length).toBeGreaterThan(0);
  });

  test("the secrets of billers are no column of theirs", async () => {
    expect(await refusalOf(anna, "select webhook_secret from billers")).toBe("42501");
    expect(await refusalOf(anna, "select * from billers")).toBe("42501");
  });
});

describe("writing with the API's role", () => {
  test("a row in another person's name is refused in every table", async () => {
    for (const table of tables) {
      const { text, values } = insertOf(table, boris, true);
      const leaves = ruleOfTable(table.name)?.rows === "nobody" && ruleOfTable(table.name)?.writes?.insert;
      expect([table.name, await refusalOf(anna, text, values)]).toEqual([
        table.name,
        leaves ? null : "42501",
      ]);
    }
  });

  test("no change and no removal reaches another person's row in any table", async () => {
    for (const table of tables) {
      const before = await whole(table);
      const { writes = {}, rows } = ruleOfTable(table.name) ?? { rows: "nobody" };
      for (const column of table.columns) {
        const text = `update ${table.name} set "${column.name}" = "${column.name}" returning 1`;
        const may = writes.update?.includes(column.name) === true;
        // 428C9: what the database itself counts or computes is nobody's to write
        if (!may)
          expect([table.name, column.name, await refusalOf(anna, text)]).toEqual([
            table.name,
            column.name,
            expect.stringMatching(/^(42501|428C9)$/),
          ]);
        else expect([table.name, column.name, await touched(text)]).toEqual([table.name, column.name, 1]);
      }
      if (writes.delete)
        expect([table.name, await touched(`delete from ${table.name}`)]).toEqual([table.name, 1]);
      else
        expect([table.name, rows, await refusalOf(anna, `delete from ${table.name}`)]).toEqual([
          table.name,
          rows,
          "42501",
        ]);
      expect(await refusalOf(anna, `truncate ${table.name}`)).toBe("42501");
      expect(await whole(table)).toBe(before);
    }
  });

  test("a row cannot be given away", async () => {
    expect(await refusalOf(anna, "update payer_accounts set resident_id = 'boris8'")).toBe("42501");
    expect(await refusalOf(anna, "update residents set subject = 'boris8-too'")).toBe("42501");
  });

  /** How many rows a statement of Anna's reaches; undone. */
  async function touched(text: string): Promise<number> {
    const client = await core.pool.connect();
    try {
      await client.query("begin");
      await client.query("set local session_replication_role = replica");
      await client.query("set local role kvitok_person");
      await client.query("set local search_path = person, public");
      await client.query("select set_config('kvitok.principal', $1, true)", [
        JSON.stringify([anna.issuer, anna.subject]),
      ]);
      return (await client.query(text)).rowCount ?? 0;
    } finally {
      await client.query("rollback");
      client.release();
    }
  }
});

describe("a command in another person's name", () => {
  const refused = { code: "42501" };
  const asAnna = <Result>(work: () => Promise<Result>) => actingFor(anna, work);
  const order = {
    residentId: boris.subject,
    billId: "bills-boris8",
    methodId: null,
    amountMinor: 1,
    payeeHash: "h",
    signIn: "oidc",
    ip: null,
    route: "api",
    channel: "api",
  } as const;

  test("is refused whatever the route says: pay, skip, stop, withdraw", async () => {
    const pay = () => person.db.transaction().execute((transaction) => payNow(transaction, order));
    await expect(asAnna(pay)).rejects.toMatchObject(refused);
    const own = { residentId: boris.subject, paymentId: "payments-boris8" };
    await expect(asAnna(() => skipPayment(person.db, own))).rejects.toMatchObject(refused);
    const stop = {
      residentId: boris.subject,
      mandateId: "mandates-boris8",
      kind: "cancel",
      until: null,
      why: null,
    } as const;
    await expect(asAnna(() => stopMandate(person.db, stop))).rejects.toMatchObject(refused);
    const method = { residentId: boris.subject, methodId: "methods-boris8" };
    await expect(asAnna(() => withdrawMethod(person.db, method))).rejects.toMatchObject(refused);
  });

  test.each([
    "save_with_charge('payments-boris8', 'bank_card', '{mandate}')",
    "withdrawal_of('methods-boris8')",
    "in_flight('mandates-boris8', null, null)",
    "tell_workflow('wake-payment', 'payments-boris8')",
    "tell_resident('card-bound', 'boris8', 'd', 'x', '{}', true)",
    "plan_mandate_again('mandates-boris8', 'because')",
  ])("is refused where a function names what it is about: %s", async (call) => {
    expect(await refusalOf(anna, `select ${call}`)).toBe("42501");
  });

  test("the engine's own function behind a door reaches no further than its caller", async () => {
    expect(await refusalOf(anna, "select public.tell_workflow('wake-payment', 'payments-boris8')")).toBe(
      "42501",
    );
    expect(await refusalOf(anna, "select public.take_turn('{a}', '{1}', '{1}')")).toBe("42501");
  });

  test("a stranger's bill is paid by nobody in their own name, and its sum is not told", async () => {
    const own = { ...order, residentId: anna.subject };
    const pay = () => person.db.transaction().execute((transaction) => payNow(transaction, own));
    expect(await asAnna(pay)).toEqual({ refused: "bill-not-found" });
  });

  test("a trigger's function, which has its owner's right, cannot be hung on a table of one's own", async () => {
    const { rows } = await core.pool.query(`select oid::regprocedure::text as open from pg_proc
      where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype and has_function_privilege('kvitok_person', oid, 'execute')`);
    expect(rows).toEqual([]);
    const forged = `do $$ begin
      create temporary table forged (id text, erased_at timestamptz);
      create trigger forged after insert on forged for each row execute function public.templates_go_with_their_person();
      insert into forged values ('boris8', now());
    end $$`;
    expect(await refusalOf(anna, forged)).toBe("42501");
  });

  test("how much of a stranger's bill was kept is no answer", async () => {
    const { rows } = await asAnna(() => sql`select money_kept('bills-boris8') as kept`.execute(person.db));
    expect(rows).toEqual([{ kept: null }]);
  });
});

test("an address of the database that gives other rights is no way around", async () => {
  const url = `${core.url}?options=${encodeURIComponent("-c search_path=public")}`;
  const open = openDatabase({ url, applicationName: "row-security", rights: "person", maxConnections: 1 });
  try {
    const asked = actingFor(anna, () => sql`select 1`.execute(open.db));
    await expect(asked).rejects.toThrow("has not the rights of kvitok_person");
  } finally {
    await open.close();
  }
});

describe("a connection goes from hand to hand", () => {
  const whoSees = async (db: OpenDatabase["db"]) =>
    (await sql<{ id: string }>`select id from residents`.execute(db)).rows.map(({ id }) => id);

  test("and leaves nothing of whoever had it before, also after their transaction failed", async () => {
    const one = openDatabase({
      url: core.url,
      applicationName: "row-security",
      rights: "person",
      maxConnections: 1,
    });
    try {
      const failing = () =>
        one.db.transaction().execute(async (transaction) => {
          expect(await whoSees(transaction as never)).toEqual([anna.subject]);
          await sql`select 1 / 0`.execute(transaction);
        });
      await expect(actingFor(anna, failing)).rejects.toThrow("division by zero");
      expect(await whoSees(one.db)).toEqual([]);
      expect(await actingFor(boris, () => whoSees(one.db))).toEqual([boris.subject]);
      expect(await actingFor(anna, () => whoSees(one.db))).toEqual([anna.subject]);
      expect(await whoSees(one.db)).toEqual([]);
    } finally {
      await one.close();
    }
  });

  test("two people at once on few connections: each sees themselves, every time", async () => {
    const turns = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? anna : boris));
    const seen = await Promise.all(turns.map((who) => actingFor(who, () => whoSees(person.db))));
    expect(seen).toEqual(turns.map(({ subject }) => [subject]));
  });
});
