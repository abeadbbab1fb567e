import { setTimeout as pause } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { jump } from "../world/clock.ts";
import type { Case } from "./case.ts";

/** What has not come any nearer within this time never will. */
const WITHIN_MS = 60_000;

/** Waits until a count of rows is what it must become: one question for all, however many wait, and patient as long as something moves. */
export async function rowsAre(
  { db }: WholeWorld,
  question: RawBuilder<{ n: number }>,
  wanted: number,
): Promise<void> {
  let [nearest, deadline] = [Number.POSITIVE_INFINITY, 0];
  for (;;) {
    const { rows } = await question.execute(db);
    const found = rows[0]?.n ?? 0;
    if (found === wanted) return;
    if (Math.abs(found - wanted) < nearest)
      [nearest, deadline] = [Math.abs(found - wanted), Date.now() + WITHIN_MS];
    if (Date.now() > deadline) throw new Error(`there are ${found} rows instead of ${wanted}`);
    await pause(50);
  }
}

/**
 * Waits until nothing that was told is on its way any more, so that the next event really comes next: messages, nudges, charges being sent, and challenges
 * that a stop has ended and whose gateway can be asked to end them. What is told of bindings nobody waits for here.
 */
export function untilQuiet(world: WholeWorld): Promise<void> {
  return rowsAre(
    world,
    sql<{
      n: number;
    }>`select ((select count(*) from outbox where done_at is null and not_before <= clock_timestamp())
      + (select count(*) from gateway_nudges where done_at is null and not_before <= clock_timestamp() and subject <> 'binding')
      + (select count(*) from charges where state = 'sending')
      + (select count(*) from charges c join payments y on y.id = c.payment_id
          where c.state = 'challenged' and c.can_void and (c.confirm_by <= business_now() or permission_is_gone(c, y)))
      + (select count(*) from notifications where state in ('queued', 'sending') and due_at <= business_now()))::int as n`,
    0,
  );
}

/** The ladder goes on by itself; the clock is helped along until every payment has ended. */
export async function untilEnded(world: WholeWorld, cases: readonly Case[]): Promise<void> {
  const ids = cases.map(({ paymentId }) => paymentId);
  let [fewest, deadline] = [Number.POSITIVE_INFINITY, 0];
  for (;;) {
    const { rows } = await sql<{ open: number }>`
      select count(*)::int as open from payments where id = any(${ids}) and state not in ('paid', 'closed')`.execute(
      world.db,
    );
    const open = rows[0]?.open ?? 0;
    if (open === 0) return untilQuiet(world);
    if (open < fewest) [fewest, deadline] = [open, Date.now() + WITHIN_MS];
    // what never ends is a violation of its own: the cases tell which
    if (Date.now() > deadline) return;
    await jump(world, 3_600);
    await pause(500);
  }
}
