import { createRoute, z } from "@hono/zod-openapi";
import { findConsent } from "../../db/queries/consents.ts";
import { findMandate } from "../../db/queries/mandates.ts";
import type { Api } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { idParameter } from "../schemas/fields.ts";
import { bearer, idFrom, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

/** Where anybody finds the keys that signed consents are checked by. */
export const CONSENT_KEYS_PATH = "/.well-known/kvitok-consent-jwks.json";

const get = createRoute({
  tags: ["mandates"],
  security: bearer,
  method: "get",
  path: "/v1/mandates/{id}/versions/{version}/consent",
  summary: `What I agreed to, as a signed document (JWS); its keys are at ${CONSENT_KEYS_PATH}`,
  request: {
    params: idParameter.extend({ version: z.string().openapi({ type: "integer", example: 1 }) }),
  },
  responses: {
    200: {
      description: "The document: a JWS in compact form, EdDSA",
      content: { "application/jose": { schema: z.string() } },
    },
    default: problem,
  },
});

export function addMandateConsentRoutes(api: Api, { db, residentOf, consents }: RouteTools): void {
  api.openapi(get, async (c) => {
    const { version: asked, ...params } = c.req.valid("param");
    const mandateId = idFrom(params, "mandate-not-found");
    const residentId = await residentOf(c);
    if (!(await findMandate(db, { residentId, mandateId }))) throw new Refusal("mandate-not-found");
    // what cannot be a version is answered like one that there is not
    if (!/^[1-9]\d{0,8}$/.test(asked)) throw new Refusal("consent-not-found");
    const version = Number(asked);
    const found = await findConsent(db, { residentId, mandateId, version });
    if (!found) throw new Refusal("consent-not-found");
    if (found.document === null) throw new Refusal("consent-not-signed");
    c.header("content-type", "application/jose");
    c.header("content-disposition", `attachment; filename="consent-${mandateId}-v${version}.jws"`);
    return c.body(found.document, 200);
  });
  api.get(CONSENT_KEYS_PATH, (c) => {
    c.header("cache-control", "public, max-age=300");
    return c.json(consents.keys);
  });
}
