import { randomBytes } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import { askForProof, proveAddress } from "../../db/queries/address-proofs.ts";
import { takeTurn } from "../../db/queries/rate-limits.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { debtKey } from "../../db/sealed.ts";
import { ADDRESS_LETTERS } from "../../domain/allowance.ts";
import type { Api } from "../environment.ts";
import { refuseField } from "../problems.ts";
import { meSchema } from "../schemas/people.ts";
import { emailSchema, proveEmailSchema } from "../schemas/profile.ts";
import { mustBeTurn } from "../turns.ts";
import { meView } from "../views/me.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };

const enter = createRoute({
  ...common,
  method: "post",
  path: "/v1/me/email",
  summary:
    "Enter an address of mine: a letter with a link goes there, and nothing else before the link was used",
  request: { headers: commandHeaders, body: body(emailSchema) },
  responses: { 202: json(meSchema, "The letter is on its way"), default: problem },
});

const prove = createRoute({
  ...common,
  method: "post",
  path: "/v1/me/email/proof",
  summary: "Prove the address with the code of the link; from then on messages go there",
  request: { headers: commandHeaders, body: body(proveEmailSchema) },
  responses: { 200: json(meSchema, "The address is proved"), default: problem },
});

/**
 * An address of mail. A link proves it only to the resident who entered it: who gets a letter by somebody's slip of the finger cannot take their messages by
 * following it.
 */
export function addEmailRoutes(api: Api, tools: RouteTools): void {
  const { db, sealer, residentOf } = tools;
  tools.addCommand(api, enter, async (c) => {
    const { address } = c.req.valid("json");
    const residentId = await residentOf(c);
    await mayWriteTo(tools, { residentId, address });
    const token = randomBytes(32).toString("base64url");
    const locale = (await tools.rowOf(c))?.locale ?? "ru";
    const path = `/profile/mail/proof?code=${token}`;
    await inTransaction(db, (transaction) =>
      askForProof(transaction, sealer, { residentId, address, token, locale, path }),
    );
    return c.json(await meView(tools, c), 202);
  });
  tools.addCommand(api, prove, async (c) => {
    const proof = { residentId: await residentOf(c), token: c.req.valid("json").code };
    const isProved = await inTransaction(db, (transaction) => proveAddress(transaction, sealer, proof));
    if (!isProved) throw refuseField("code", "address-code-wrong");
    return c.json(await meView(tools, c), 200);
  });
}

/** @throws Refusal `rate-limited` with `Retry-After` */
async function mayWriteTo(
  { db, claimKey }: RouteTools,
  { residentId, address }: { readonly residentId: string; readonly address: string },
): Promise<void> {
  const turn = await takeTurn(db, [
    { whose: debtKey(claimKey, ["letter", "person", residentId]), allowance: ADDRESS_LETTERS.person },
    {
      whose: debtKey(claimKey, ["letter", "mailbox", address.toLowerCase()]),
      allowance: ADDRESS_LETTERS.mailbox,
    },
  ]);
  mustBeTurn(turn);
}
