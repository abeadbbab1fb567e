import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import { makeBiller } from "../../support/rows.ts";
import type { Engine } from "../../support/engine.ts";

/** Not secrets: 32 bytes of a test each. */
export const hookSecrets = {
  ours: `whsec_${Buffer.alloc(32, 1).toString("base64")}`,
  theirs: `whsec_${Buffer.alloc(32, 2).toString("base64")}`,
} as const;

/** The biller of the story, and one that nothing happens to. */
const OWNERS = { ours: "gorod-zhkh", theirs: "globus" } as const;

/** One line of the journal of the integrators' receiver. */
export type HookLine = {
  readonly kind: "delivery";
  readonly delivery: {
    readonly at: string;
    readonly name: string;
    readonly id: string;
    readonly timestamp: string;
    readonly signature: string;
    readonly body: string;
    readonly taken: boolean;
    readonly status: number | null;
  };
};

/** Two integrators, who hear of all that happens to their billers. Nothing is sent: {@link hookLinesOf} stands in for it. */
export async function makeEndpoints({ db }: Engine): Promise<void> {
  for (const [name, biller] of Object.entries(OWNERS)) {
    await makeBiller(db, biller);
    await sql`insert into webhook_endpoints (url, biller_id, secret, created_by) values (${`http://127.0.0.1:1/in/${name}`}, ${biller}, '', 'operator')`.execute(
      db,
    );
  }
}

/** What the receiver would have written down of everything that was to be sent, and the rows as they would be after it. */
export async function hookLinesOf({ db }: Engine): Promise<unknown[]> {
  const { rows } = await sql<{ id: string; body: { type: string; timestamp: string; data: object } }>`
    select v.id, jsonb_build_object('type', v.type, 'timestamp', webhook_instant(v.created_at), 'data', v.data) as body
      from webhook_deliveries d join webhook_events v on v.seq = d.event_seq order by v.seq`.execute(db);
  await sql`update webhook_deliveries set state = 'delivered', ended_at = business_now(), attempts = 1`.execute(
    db,
  );
  const secrets = Object.entries(hookSecrets).map(([name, secret]) => ({
    kind: "secrets",
    name,
    secrets: [secret],
  }));
  return [
    ...secrets,
    ...rows.map(({ id, body }) =>
      signedHook({ id, body: JSON.stringify(body), name: "ours", secret: hookSecrets.ours }),
    ),
  ];
}

/** A request as it is taken and answered with 204. */
export function signedHook(sent: {
  readonly id: string;
  readonly body: string;
  readonly name: string;
  readonly secret: string;
}): HookLine {
  const { id, body, name, secret } = sent;
  const at = new Date();
  return {
    kind: "delivery",
    delivery: {
      at: at.toISOString(),
      name,
      id,
      timestamp: String(Math.floor(at.getTime() / 1_000)),
      signature: new Webhook(secret).sign(id, at, body),
      body,
      taken: true,
      status: 204,
    },
  };
}
