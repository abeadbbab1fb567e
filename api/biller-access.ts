import { findPushingBiller } from "../db/queries/billers.ts";
import { authenticate, callerOfRequest } from "./authentication.ts";
import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";
import type { RouteTools } from "./routes/route-tools.ts";
import { isBillerId } from "./schemas/fields.ts";
import { StreamedSignature, signedMessageOf } from "./webhook-signature.ts";

/** Who works with a biller's files: an operator, a person of the biller, or the biller's own program, whose signature is still to be proved over the body. */
export type BillerAccess = {
  readonly billerId: string;
  /** For the record: who sent it. */
  readonly by: string;
  readonly signature: StreamedSignature | null;
};

/**
 * Lets operators, people of the biller and messages with its signature in; others hear what strangers hear.
 *
 * @throws Refusal
 */
export async function billerAccess(c: ApiContext, tools: RouteTools): Promise<BillerAccess> {
  const billerId = c.req.param("id") ?? "";
  const biller = isBillerId(billerId) ? await findPushingBiller(tools.db, billerId) : undefined;
  if (c.req.header("authorization") === undefined) {
    const message = signedMessageOf(c);
    if (biller === undefined || biller.webhook_secret === null) throw new Refusal("biller-not-found");
    const secret = tools.sealer.open(biller.webhook_secret, billerId).toString("utf8");
    return { billerId, by: `biller:${billerId}`, signature: new StreamedSignature(secret, message) };
  }
  await authenticate(tools.verifyToken, tools.operatorAcrValues)(c, async () => undefined);
  const { roles, subject, billerId: own } = callerOfRequest(c);
  const isOperator = roles.includes("operator");
  const isOwn = roles.includes("biller") && own === billerId;
  if (!isOperator && !isOwn) throw new Refusal("forbidden");
  if (biller === undefined) throw new Refusal("biller-not-found");
  return { billerId, by: `${isOperator ? "operator" : "biller"}:${subject}`, signature: null };
}
