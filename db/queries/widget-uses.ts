import { sql } from "kysely";
import type { Database } from "../database.ts";
import { debtKey } from "../sealed.ts";

/** Ways of finding a bill by hand; `visit` is not one of them: it is everybody who came. */
export const WIDGETS = ["uin", "sts", "driving-licence", "inn", "epd-payer-code", "account", "qr"] as const;
export type Widget = (typeof WIDGETS)[number];

/**
 * Counts that somebody came, and which widget they used. Kept is a keyed hash of person and month: each counts once, nobody is named, and nobody can be followed
 * from one month to the next.
 */
export async function countUse(
  db: Database,
  claimKey: Uint8Array,
  { residentId, widget }: { readonly residentId: string; readonly widget: Widget | null },
): Promise<void> {
  const { rows } = await sql<{
    month: string;
  }>`select date_trunc('month', business_now())::date as month`.execute(db);
  const month = rows[0]?.month ?? "";
  const who = debtKey(claimKey, ["widget", month, residentId]);
  const used = ["visit", ...(widget === null ? [] : [widget])];
  await sql`insert into widget_uses (month, widget, who)
    select ${month}::date, w, ${who} from unnest(${used}::text[]) w on conflict do nothing`.execute(db);
}

/** How many people came in a month (`YYYY-MM`), and how many of them used each widget. */
export async function readUses(
  db: Database,
  month: string,
): Promise<{ readonly visitors: number; readonly users: ReadonlyMap<string, number> }> {
  const { rows } = await sql<{ widget: string; n: number }>`
    select widget, count(*)::int as n from widget_uses where month = ${`${month}-01`}::date group by widget`.execute(
    db,
  );
  const users = new Map(rows.map(({ widget, n }) => [widget, n]));
  return { visitors: users.get("visit") ?? 0, users };
}
