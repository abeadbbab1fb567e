import { createRoute, z } from "@hono/zod-openapi";
import { type ErasureBlocker, eraseResident, stopEverything } from "../../db/queries/erasing.ts";
import { queueLetter } from "../../db/queries/letters.ts";
import type { Resident } from "../../db/queries/residents.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { carryOutStops } from "../after-stop.ts";
import { callerOfRequest } from "../authentication.ts";
import type { Api } from "../environment.ts";
import { personalExport } from "../personal-export.ts";
import { type Erasure, eraseMeSchema, erasureSchema } from "../schemas/people.ts";
import { bearer, body, json, problem } from "./answers.ts";
import { instantOrNull } from "../views/in-flight.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };

const take = createRoute({
  ...common,
  method: "get",
  path: "/v1/me/export",
  summary: "Everything that is kept about me, as one JSON document; no terms need be accepted for it",
  responses: {
    200: {
      description: "By table, with what is left out and why",
      content: { "application/json": { schema: z.object({}).loose().openapi("PersonalExport") } },
    },
    default: problem,
  },
});

const erase = createRoute({
  ...common,
  method: "delete",
  path: "/v1/me",
  summary:
    "Erase me: everything of mine stops at once, then what is kept about me goes; repeating it is harmless",
  request: { body: body(eraseMeSchema) },
  responses: {
    200: json(erasureSchema, "I am gone"),
    202: json(
      erasureSchema,
      "Everything is stopped; the erasure must be asked for again when what is listed has ended",
    ),
    default: problem,
  },
});

const GONE: Erasure = { state: "erased", waitsFor: [] };

/** One's own data: to take along, and to have erased (R3). */
export function addMyDataRoutes(api: Api, tools: RouteTools): void {
  api.openapi(take, async (c) => {
    const residentId = (await tools.rowOf(c))?.id ?? null;
    const of = { person: callerOfRequest(c), residentId, at: new Date().toISOString() };
    return new Response(asStream(personalExport(tools, of)), {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": 'attachment; filename="kvitok-export.json"',
      },
    }) as never;
  });
  // No idempotency key: its row would bear the name of somebody who is gone.
  api.openapi(erase, async (c) => {
    const row = await tools.rowOf(c);
    if (row === undefined) return c.json(GONE, 200);
    const waitsFor = await stopAndTakeAway(tools, row).catch(async (cause: unknown) => {
      // the same request of another device was faster: who is gone acts for nobody any more
      if ((await tools.rowOf(c)) === undefined) return [];
      throw cause;
    });
    if (waitsFor.length === 0) return c.json(GONE, 200);
    const waiting: Erasure = { state: "waiting", waitsFor: waitsFor.map(blockerView) };
    return c.json(waiting, 202);
  });
}

async function stopAndTakeAway(tools: RouteTools, row: Resident): Promise<readonly ErasureBlocker[]> {
  await stopEverything(tools.db, row.id);
  await carryOutStops(tools);
  return takeAway(tools, row);
}

/** The person goes, and one last letter to their proved address, in one transaction. */
async function takeAway({ db, sealer }: RouteTools, row: Resident): Promise<readonly ErasureBlocker[]> {
  return inTransaction(db, async (transaction) => {
    const blockers = await eraseResident(transaction, row.id);
    if (blockers?.length === 0 && row.email !== null && row.emailVerified) {
      const { email: to, locale } = row;
      await queueLetter(transaction, sealer, { kind: "erased", to, locale, path: null });
    }
    return blockers ?? [];
  });
}

function blockerView({
  what,
  paymentId,
  amountMinor,
  currency,
  endsBy,
}: ErasureBlocker): Erasure["waitsFor"][number] {
  const amount = amountMinor === null || currency === null ? null : { amountMinor, currency };
  return { what, paymentId, amount, endsBy: instantOrNull(endsBy) };
}

function asStream(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const piece = await pieces.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
