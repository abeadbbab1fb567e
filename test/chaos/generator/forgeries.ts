import { createHmac, randomUUID } from "node:crypto";
import type { Chance } from "../../../scripts/proofs/chance.ts";
import { ApiProblem } from "../../../api/client.ts";
import type { Caller } from "./caller.ts";

/** Ways in which somebody lies to us about money. */
const LIES = ["unsigned", "wrong-secret", "old", "other-merchant", "amount-changed"] as const;
const OLD_SECONDS = 3_600;

/** F14: notifications that no gateway has sent. None may move anything: a body is a reason to look, never evidence. */
export class Forger {
  readonly #caller: Caller;
  readonly #chance: Chance;
  readonly #secret: string;

  /** @param parts.secret what the real gateway signs with: whoever changed the amount signs anew with another */
  constructor(parts: { readonly caller: Caller; readonly chance: Chance; readonly secret: string }) {
    this.#caller = parts.caller;
    this.#chance = parts.chance;
    this.#secret = parts.secret;
  }

  async lie(): Promise<void> {
    const lie = this.#chance.pick(LIES);
    const objectId = `pi_3${randomUUID().replaceAll("-", "").slice(0, 23)}`;
    const body = JSON.stringify({
      id: `evt_${randomUUID()}`,
      object: "event",
      type: "payment_intent.succeeded",
      account: lie === "other-merchant" ? "acct_1SomebodyElse000000" : undefined,
      data: {
        object: { id: objectId, object: "payment_intent", status: "succeeded", amount: 100, currency: "rub" },
      },
    });
    const request = { lie, objectId };
    await this.#caller.call(
      { client: "stranger", op: "forged-webhook", request },
      async ({ api, signal }) => {
        const response = await fetch(`${api}/v1/gateways/stripe/notifications`, {
          method: "POST",
          headers: { "content-type": "application/json", ...this.#signatureOf(lie, body) },
          body,
          signal,
        });
        const answer = await response.text();
        if (!response.ok) throw new ApiProblem(response.status, {}, null);
        return { status: response.status, answer };
      },
    );
  }

  #signatureOf(lie: (typeof LIES)[number], body: string): Readonly<Record<string, string>> {
    if (lie === "unsigned") return {};
    const seconds = Math.floor(Date.now() / 1_000) - (lie === "old" ? OLD_SECONDS : 0);
    // what is old was once true; everything else is signed by somebody who does not know the secret
    const secret = lie === "old" ? this.#secret : `whsec_${"0".repeat(32)}`;
    const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
    return { "stripe-signature": `t=${seconds},v1=${signature}` };
  }
}
