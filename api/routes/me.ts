import { createRoute, z } from "@hono/zod-openapi";
import { acceptTerms, chooseSettings } from "../../db/queries/residents.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { preferredLocale } from "../../words/locale.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { type Api, payerAddress, payerAgent } from "../environment.ts";
import { Refusal } from "../problems.ts";
import {
  acceptedTermsSchema,
  acceptTermsSchema,
  meSchema,
  serviceTermsSchema,
  settingsSchema,
} from "../schemas/people.ts";
import { meView } from "../views/me.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const me = createRoute({
  method: "get",
  path: "/v1/me",
  tags: ["people"],
  summary: "Who am I",
  security: bearer,
  responses: { 200: json(meSchema, "The caller"), default: problem },
});

const settings = createRoute({
  method: "patch",
  path: "/v1/me",
  tags: ["people"],
  summary: "Choose my language or my zone; from then on the identity provider no longer changes it",
  security: bearer,
  request: { headers: commandHeaders, body: body(settingsSchema) },
  responses: { 200: json(meSchema, "The caller"), default: problem },
});

const terms = createRoute({
  method: "get",
  path: "/v1/terms",
  tags: ["people"],
  summary: "The terms of use as they are today; open to everybody",
  request: { query: z.strictObject({ locale: z.enum(["ru", "en"]).optional() }) },
  responses: { 200: json(serviceTermsSchema, "The terms"), default: problem },
});

const accept = createRoute({
  method: "post",
  path: "/v1/me/terms",
  tags: ["people"],
  summary: "Accept the terms of use; before that nothing else of mine works",
  security: bearer,
  request: { headers: commandHeaders, body: body(acceptTermsSchema) },
  responses: { 201: json(acceptedTermsSchema, "Accepted"), default: problem },
});

/** Who one is, the terms of use, language and zone. */
export function addMeRoutes(api: Api, tools: RouteTools): void {
  const { db, personOf, residentOf } = tools;
  api.openapi(me, async (c) => c.json(await meView(tools, c), 200));
  tools.addCommand(api, settings, async (c) => {
    await chooseSettings(db, await residentOf(c), c.req.valid("json"));
    return c.json(await meView(tools, c), 200);
  });
  api.openapi(terms, (c) => {
    const locale = c.req.valid("query").locale ?? preferredLocale(c.req.header("accept-language"));
    const { title, sections, hash } = SERVICE_TERMS[locale];
    const parts = sections.map(({ heading, paragraphs }) => ({ heading, paragraphs: [...paragraphs] }));
    return c.json({ version: SERVICE_TERMS.version, locale, title, sections: parts, textHash: hash }, 200);
  });
  tools.addCommand(api, accept, async (c) => {
    const { version, locale } = c.req.valid("json");
    if (version !== SERVICE_TERMS.version) throw new Refusal("terms-changed");
    const accepted = { version, locale, textHash: SERVICE_TERMS[locale].hash };
    const residentId = await personOf(c);
    const evidence = { signIn: "oidc", ip: payerAddress(c), userAgent: payerAgent(c) };
    await inTransaction(db, (transaction) =>
      acceptTerms(transaction, { residentId, ...accepted, ...evidence }),
    );
    return c.json(accepted, 201);
  });
}
