import { randomBytes } from "node:crypto";
import { createRoute, z } from "@hono/zod-openapi";
import {
  findCharge,
  findResolution,
  listResolutions,
  listUndecidedCharges,
  type OperatorCharge,
  type ResolutionCommand,
  type ResolutionRefusal,
  readResolutionDocument,
  resolveCharge,
  withdrawResolution,
} from "../../db/queries/resolutions.ts";
import type { Sealer } from "../../db/sealed.ts";
import { CODE_BYTES, isPublicCode, publicCode } from "../../domain/code.ts";
import { afterNotCharged } from "../../domain/retry-policy.ts";
import { isInstant, pageFrom, readCursor } from "../cursors.ts";
import type { Api } from "../environment.ts";
import { Refusal, refuseField } from "../problems.ts";
import { readDocument } from "../resolution-document.ts";
import { idParameter, pageOf } from "../schemas/fields.ts";
import {
  chargeIdParameter,
  listChargesQuery,
  operatorChargeSchema,
  type Resolve,
  resolutionSchema,
  resolveSchema,
} from "../schemas/resolutions.ts";
import { chargeView, resolutionView } from "../views/resolution.ts";
import { bearer, body, commandHeaders, idFrom, json, nothing, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = { tags: ["operator"], security: bearer };

const charges = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/charges",
  summary:
    "Charges that may still take money, oldest first, with what is at stake and when they are looked at next",
  request: { query: listChargesQuery },
  responses: { 200: json(pageOf(operatorChargeSchema), "A page of charges"), default: problem },
});

const charge = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/charges/{id}",
  summary: "A charge and what operators proposed and decided about it",
  request: { params: chargeIdParameter },
  responses: { 200: json(operatorChargeSchema, "The charge"), default: problem },
});

const resolve = createRoute({
  ...shared,
  method: "post",
  path: "/v1/operator/charges/{id}/resolutions",
  summary:
    "Decide by hand how a charge ended: the first operator proposes with a document (201), another one who says the very same confirms (200)",
  request: { params: chargeIdParameter, headers: commandHeaders, body: body(resolveSchema) },
  responses: {
    200: json(resolutionSchema, "Confirmed: the charge is decided"),
    201: json(resolutionSchema, "Proposed: another operator has 24 hours to confirm it"),
    default: problem,
  },
});

const withdraw = createRoute({
  ...shared,
  method: "delete",
  path: "/v1/operator/resolutions/{id}",
  summary: "Take a proposal back, or turn another operator's down",
  request: { params: idParameter, headers: commandHeaders, body: nothing },
  responses: { 200: json(resolutionSchema, "The proposal, closed"), default: problem },
});

const document = createRoute({
  ...shared,
  method: "get",
  path: "/v1/operator/resolutions/{id}/document",
  summary: "The document of a proposal; that it was looked at is kept in the audit",
  request: { params: idParameter },
  responses: {
    200: {
      description: "The document as it was handed in",
      content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
    },
    default: problem,
  },
});

/** Decisions by hand; only behind the operator's role, which {@link addOperatorRoutes} asks for. */
export function addOperatorResolutionRoutes(api: Api, tools: RouteTools): void {
  const { db, sealer, personOf, addCommand } = tools;
  api.openapi(charges, async (c) => {
    const { gateway, cursor, limit } = c.req.valid("query");
    const place = readCursor(cursor, isInstant);
    const after = place && { firstSentAt: place.order, id: place.id };
    const rows = await listUndecidedCharges(db, { gateway, after, limit: limit + 1 });
    const said = await listResolutions(
      db,
      rows.map(({ id }) => id),
    );
    const view = (row: OperatorCharge) => chargeView(row, said);
    return c.json(pageFrom(rows, limit, { view, place: (row) => [row.firstSentAt, row.id] }), 200);
  });
  api.openapi(charge, async (c) => {
    const row = await mustFindCharge(tools, c.req.valid("param").id);
    return c.json(chargeView(row, await listResolutions(db, [row.id])), 200);
  });
  addCommand(api, resolve, async (c) => {
    const row = await mustFindCharge(tools, c.req.valid("param").id);
    const command = commandOf({ row, wish: c.req.valid("json"), operatorId: await personOf(c), sealer });
    const answer = await resolveCharge(db, command);
    if ("refused" in answer) {
      throw refusalOf(answer.refused);
    }
    const view = resolutionView(await mustFindResolution(tools, answer.id));
    return answer.state === "proposed" ? c.json(view, 201) : c.json(view, 200);
  });
  addCommand(api, withdraw, async (c) => {
    const id = idFrom(c.req.valid("param"), "resolution-not-found");
    const done = await withdrawResolution(db, { id, operatorId: await personOf(c) });
    if (!done) throw new Refusal("resolution-not-found");
    return c.json(resolutionView(await mustFindResolution(tools, id)), 200);
  });
  api.openapi(document, async (c) => {
    const id = idFrom(c.req.valid("param"), "resolution-not-found");
    const found = await readResolutionDocument(db, { id, operatorId: await personOf(c) });
    if (!found) throw new Refusal("resolution-not-found");
    const bytes = Uint8Array.from(sealer.open(found.sealed, found.documentId));
    return c.body(bytes, 200, {
      "content-type": found.mediaType,
      // handed over, never shown: what an operator uploaded is not run in anybody's browser
      "content-disposition": `attachment; filename="${id}"`,
      "x-content-type-options": "nosniff",
      "x-document-sha256": found.sha256,
    });
  });
}

function refusalOf(code: ResolutionRefusal): Refusal {
  if (code === "document-missing") return refuseField("document", "payload-invalid");
  return code === "amount-above-most" ? refuseField("amount.amountMinor", code) : new Refusal(code);
}

function commandOf(parts: {
  readonly row: OperatorCharge;
  readonly wish: Resolve;
  readonly operatorId: string;
  readonly sealer: Sealer;
}): ResolutionCommand {
  const { row, wish, operatorId, sealer } = parts;
  const read = wish.document === undefined ? null : readDocument(wish.document);
  const documentId = publicCode(randomBytes(CODE_BYTES));
  return {
    chargeId: row.id,
    operatorId,
    verdict: wish.verdict,
    amountMinor: amountOf(row, wish),
    sha256: read?.sha256 ?? wish.documentSha256 ?? "",
    document: read && {
      documentId,
      mediaType: read.mediaType,
      sizeBytes: read.bytes.length,
      sealed: sealer.seal(read.bytes, documentId),
    },
    plan:
      wish.verdict === "charged"
        ? null
        : afterNotCharged({
            gateway: row.gateway,
            how: "by-hand",
            reason: "by-hand",
            initiatedBy: row.initiatedBy,
            attempt: row.triesWithoutMoney + 1,
          }),
  };
}

function amountOf(row: OperatorCharge, wish: Resolve): number | null {
  if (wish.verdict === "not-charged") return null;
  if (wish.amount === undefined) return row.amountMinor;
  if (wish.amount.currency !== row.currency) throw refuseField("amount.currency", "currency-not-supported");
  return wish.amount.amountMinor;
}

async function mustFindCharge({ db }: RouteTools, id: string): Promise<OperatorCharge> {
  const [, paymentId = ""] = /^(.+)-\d{1,4}$/.exec(id) ?? [];
  const row = isPublicCode(paymentId) ? await findCharge(db, id) : undefined;
  if (!row) throw new Refusal("charge-not-found");
  return row;
}

async function mustFindResolution({ db }: RouteTools, id: string) {
  const row = await findResolution(db, id);
  if (!row) throw new Refusal("resolution-not-found");
  return row;
}
