import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** What a biller hears back; `body` is the API's JSON. */
export type BillerHears<Body> = { readonly status: number; readonly ok: boolean; readonly body: Body };

/** Says something as a biller of this world says it: one signed message over HTTP. */
export async function sayAsBiller<Body>(
  api: string,
  biller: { readonly id: string; readonly secret: string },
  said: { readonly room: "bills" | "balances"; readonly content: object },
): Promise<BillerHears<Body>> {
  const body = JSON.stringify(said.content);
  const id = `msg_${randomUUID()}`;
  const at = new Date();
  const response = await fetch(`${api}/v1/billers/${biller.id}/${said.room}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": new Webhook(biller.secret).sign(id, at, body),
    },
    body,
  });
  return { status: response.status, ok: response.ok, body: (await response.json()) as Body };
}
