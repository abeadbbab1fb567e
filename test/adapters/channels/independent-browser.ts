import pushApi from "web-push-testing/src/PushApiModel.js";
import type { WebRequest } from "../../../adapters/public-web/guarded-web.ts";

/** A browser that takes messages of one sender and opens them with code that is not ours. */
export async function independentBrowser(applicationServerKey: string) {
  const model = new pushApi.PushApiModel();
  model.notifyUrl = "https://push.example.org/notify/";
  const { endpoint, clientHash } = await model.createSubscription({ applicationServerKey });
  const { publicKey = "", auth = "" } = model.subscriptions[clientHash] ?? {};
  return {
    endpoint,
    keys: { p256dh: Buffer.from(publicKey, "base64").toString("base64url"), auth },
    /** Opens a request as the push service and the browser together would; throws where it breaks a standard. */
    async read({ headers, body }: WebRequest): Promise<unknown> {
      const asked = {
        encoding: headers["content-encoding"],
        authorization: headers["authorization"],
        ttl: headers["ttl"],
      };
      await model.handleNotification(clientHash, asked, Buffer.from(body));
      return JSON.parse(model.messages[clientHash]?.at(-1) ?? "null") as unknown;
    },
  };
}
