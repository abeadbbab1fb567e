import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweep } from "../../loops/sweeper.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog, recordingStarter } from "../support/engine-starter.ts";
import { duePayment, makePayer } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

test("a row that one step cannot get over keeps no payment from being rung, and is told of", async () => {
  const { db } = engine;
  const { paymentId } = await duePayment(db, await makePayer(engine));
  await sql`create function bad_row() returns trigger language plpgsql as $$ begin raise exception 'a bad row'; end $$`.execute(
    db,
  );
  await sql`create trigger bad_row before delete on method_doubts for each statement execute function bad_row()`.execute(
    db,
  );
  const starter = recordingStarter();
  const log = recordingLog();
  await sweep({ db, starter, log }, 0);
  expect(log.complaints).toEqual(["a sweep could not followWithdrawals: a bad row"]);
  expect(starter.about(paymentId)).toContain(`wake-payment/${paymentId}`);
});
