import { sql } from "kysely";
import pino from "pino";
import type { Gateway } from "../../../adapters/gateways/port.ts";
import { followMethodNews } from "../../../api/method-news.ts";
import type { Database } from "../../../db/database.ts";
import { startGatewayEvents } from "../../../loops/gateway-events.ts";
import { recordingLog } from "../../support/engine-starter.ts";
import { until } from "../../support/until.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";

/** The API and the worker's way of following news of methods, over one database and these gateways. */
export type MethodWorld = {
  readonly under: ApiUnderTest;
  readonly db: Database;
  readonly keeping: Parameters<typeof followMethodNews>[0];
};

export async function openMethodWorld(...all: readonly Gateway[]): Promise<MethodWorld> {
  const gateways = new Map(all.map((gateway) => [gateway.name, gateway]));
  const under = await startApi({ gateways });
  const { db } = under.database;
  const log = pino({ level: "silent" });
  return {
    under,
    db,
    keeping: { db, engine: db, sealer: under.sealer, claimKey: Buffer.alloc(32, 2), gateways, log },
  };
}

/** Follows all news to their end, as the worker's loop does; what waits to be asked again is asked at once. */
export async function followAll({ db, keeping }: MethodWorld): Promise<void> {
  const loop = startGatewayEvents({
    db,
    lookAtMethod: (news) => followMethodNews(keeping, news),
    lookAtRefund: async () => true,
    log: recordingLog(),
  });
  try {
    await until(async () => {
      await sql`update gateway_nudges set not_before = clock_timestamp() where done_at is null`.execute(db);
      const { rows } = await sql`select 1 from gateway_nudges where done_at is null`.execute(db);
      return rows.length === 0;
    });
  } finally {
    await loop.stop();
  }
}

export function methodRow(db: Database, id: string) {
  return db.selectFrom("methods").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}
