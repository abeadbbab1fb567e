import { createRoute } from "@hono/zod-openapi";
import {
  deleteIdentifier,
  findIdentifier,
  hasIdentifier,
  listIdentifiers,
  renameIdentifier,
  saveIdentifier,
} from "../../db/queries/saved-identifiers.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { subjectKey } from "../../db/sealed.ts";
import { carryOutStops } from "../after-stop.ts";
import type { Api, ApiContext } from "../environment.ts";
import { findBy } from "../keep-finding.ts";
import { mayLookUp } from "../look-ups.ts";
import { Refusal } from "../problems.ts";
import { subjectOfText, vouchedFor } from "../saved-subject.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import {
  forgottenIdentifierSchema,
  renameIdentifierSchema,
  savedIdentifierSchema,
  saveIdentifierSchema,
  wholeIdentifierSchema,
} from "../schemas/profile.ts";
import { inFlightViews, instant } from "../views/in-flight.ts";
import { savedIdentifierView, wholeIdentifierView } from "../views/saved-identifier.ts";
import { bearer, body, commandHeaders, idFrom, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };
const onePath = "/v1/me/identifiers/{id}";

const list = createRoute({
  ...common,
  method: "get",
  path: "/v1/me/identifiers",
  summary: "Identifiers that I saved, masked: my bills are found by them",
  responses: { 200: json(pageOf(savedIdentifierSchema), "Identifiers, the oldest first"), default: problem },
});

const save = createRoute({
  ...common,
  method: "post",
  path: "/v1/me/identifiers",
  summary: "Save an identifier: bills about it become visible, now and later; a look-up by number",
  request: { headers: commandHeaders, body: body(saveIdentifierSchema) },
  responses: {
    201: json(savedIdentifierSchema, "Saved; the same one again is the same one"),
    default: problem,
  },
});

const show = createRoute({
  ...common,
  method: "get",
  path: onePath,
  summary: "One of my identifiers, as a whole",
  request: { params: idParameter },
  responses: { 200: json(wholeIdentifierSchema, "The identifier"), default: problem },
});

const rename = createRoute({
  ...common,
  method: "patch",
  path: onePath,
  summary: "Call an identifier of mine by a name",
  request: { params: idParameter, headers: commandHeaders, body: body(renameIdentifierSchema) },
  responses: { 200: json(savedIdentifierSchema, "The identifier"), default: problem },
});

const remove = createRoute({
  ...common,
  method: "delete",
  path: onePath,
  summary:
    "Forget an identifier of mine: bills that I saw by it alone are seen no more, mandates over it end",
  request: { params: idParameter, headers: commandHeaders },
  responses: {
    200: json(forgottenIdentifierSchema, "What is forgotten, and what has ended"),
    default: problem,
  },
});

/** The profile of saved identifiers (R2). */
export function addSavedIdentifierRoutes(api: Api, tools: RouteTools): void {
  const { db, sealer, claimKey, residentOf, stopperOf } = tools;
  const ownOf = async (c: ApiContext, params: { readonly id: string }, whose = residentOf) => {
    const id = idFrom(params, "identifier-not-found");
    const own = { residentId: await whose(c), id };
    const row = await findIdentifier(db, own);
    if (!row) throw new Refusal("identifier-not-found");
    return { own, row };
  };
  api.openapi(list, async (c) => {
    const rows = await listIdentifiers(db, await residentOf(c));
    return c.json({ items: rows.map((row) => savedIdentifierView(row, sealer)), nextCursor: null }, 200);
  });
  tools.addCommand(api, save, async (c) => {
    const wish = c.req.valid("json");
    const subject = subjectOfText(wish, c.get("locale"));
    const residentId = await residentOf(c);
    const numberKey = subjectKey(claimKey, subject);
    if (!(await hasIdentifier(db, { residentId, subjectKey: numberKey }))) {
      await mayLookUp(tools, c, { residentId, what: subject.kind, numberKey });
    }
    const provedBy = vouchedFor(c, subject) ? "identity-provider" : null;
    const identifier = { ...subject, residentId, label: wish.label ?? null, provedBy };
    const { id } = await inTransaction(db, (transaction) =>
      saveIdentifier(transaction, { sealer, claimKey }, identifier),
    );
    await findBy(tools, { residentId, kind: subject.kind });
    const { row } = await ownOf(c, { id });
    return c.json(savedIdentifierView(row, sealer), 201);
  });
  api.openapi(show, async (c) => {
    const { row } = await ownOf(c, c.req.valid("param"));
    return c.json(wholeIdentifierView(row, sealer), 200);
  });
  tools.addCommand(api, rename, async (c) => {
    const { own, row } = await ownOf(c, c.req.valid("param"));
    const { label } = c.req.valid("json");
    if (!(await renameIdentifier(db, { ...own, label }))) throw new Refusal("identifier-not-found");
    return c.json(savedIdentifierView({ ...row, label }, sealer), 200);
  });
  tools.addCommand(api, remove, async (c) => {
    const { own, row } = await ownOf(c, c.req.valid("param"), stopperOf);
    const mandates = await deleteIdentifier(db, own);
    if (mandates === null) throw new Refusal("identifier-not-found");
    if (mandates.length > 0) await carryOutStops(tools);
    const ended = mandates.map(({ mandateId, stoppedAt, inFlight }) => ({
      mandateId,
      stoppedAt: instant(stoppedAt),
      inFlight: inFlightViews(inFlight, c.get("locale")),
    }));
    return c.json({ ...savedIdentifierView(row, sealer), ended }, 200);
  });
}
