import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { encodedAs, withDocumentType } from "./bad-bytes.ts";
import type { ChargeRecord } from "./charge-record.ts";
import { exportCharges } from "./export-charges.ts";
import type { FaultBoard, RegistryFault } from "./fault-board.ts";
import type { RegistryBook } from "./registry-book.ts";
import type { RequestJournal } from "./request-journal.ts";
import { writeCharges, writeRejection, writeStatus } from "./wire-answer.ts";
import { type ChargesQuestion, readQuestion } from "./wire-request.ts";

type ExchangeContext = Context<{ Bindings: HttpBindings }>;

const xml = { "content-type": "application/xml; charset=utf-8" };

export interface ExchangeOptions {
  readonly book: RegistryBook;
  readonly faults: FaultBoard;
  readonly journal: RequestJournal;
  /** Registration numbers of those who may ask. */
  readonly participants: readonly string[];
}

/** The registry's one door: `POST /gis-gmp` with a request document, answered with a document. */
export function exchangeServer(options: ExchangeOptions): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post("/gis-gmp", async (c) => {
    const question = readQuestion(await c.req.text());
    if ("problem" in question) {
      options.journal.note({ problem: question.problem });
      return c.body(writeRejection("FAILURE"), 200, xml);
    }
    const fault = options.faults.meet();
    options.journal.note({ question, ...(fault === undefined ? {} : { fault: fault.kind }) });
    return (await instead(c, fault)) ?? answer(c, documentFor(options, question, fault), fault);
  });
  return app;
}

function documentFor(
  { book, participants }: ExchangeOptions,
  question: ChargesQuestion,
  fault: RegistryFault | undefined,
): string {
  if (fault?.kind === "code") return writeStatus(fault.code, "Запрос не обработан");
  if (fault?.kind === "rejected") return writeRejection(fault.reason);
  const found = exportCharges(book.charges(), question, participants);
  if ("code" in found) return writeStatus(found.code, found.description);
  const charges = fault?.kind === "strangers-bill" ? withStranger(found.charges) : found.charges;
  return writeCharges(question, charges, {
    hasMore: found.hasMore || fault?.kind === "more-for-ever",
    needReRequest: fault?.kind === "need-re-request",
    formedAtMs: book.nowMs(),
    ...(fault?.kind === "other-answer" ? { requestId: "R_of_somebody_else" } : {}),
  });
}

/** A mistake inside the registry: somebody else's charge among the answers. */
function withStranger(charges: readonly ChargeRecord[]): readonly ChargeRecord[] {
  const [first] = charges;
  if (first === undefined) return charges;
  const stranger = { ...first, uin: "18810123456789012345", payerIdentifier: "1240000000009900999999" };
  return [...charges, stranger];
}

/** Faults after which no document is sent at all. */
async function instead(c: ExchangeContext, fault: RegistryFault | undefined): Promise<Response | undefined> {
  switch (fault?.kind) {
    case "dead":
      c.env.incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    case "silent":
      // Nothing is ever written; whoever waits must give up by itself.
      return RESPONSE_ALREADY_SENT;
    case "delay":
      await pause(fault.ms);
      return undefined;
    case "status":
      return new Response("<html><body>sorry</body></html>", { status: fault.status });
    case "html":
      return new Response("<html><body>Ведутся технические работы<br></body></html>", { headers: xml });
    case "endless":
      return endless(c.env.outgoing, fault.megabytes);
    default:
      return undefined;
  }
}

async function answer(c: ExchangeContext, text: string, fault: RegistryFault | undefined): Promise<Response> {
  const bytes = new Uint8Array(Buffer.from(text, "utf8"));
  switch (fault?.kind) {
    case "late":
      await pause(fault.ms);
      return new Response(bytes, { headers: xml });
    case "truncated":
      return new Response(bytes.slice(0, Math.floor(bytes.length / 2)), { headers: xml });
    case "broken-off":
      return brokenOff(c.env.outgoing, bytes);
    case "slow":
      return inPieces(c.env.outgoing, bytes, fault);
    case "encoding":
      return new Response(new Uint8Array(encodedAs(text, fault.as)), { headers: xml });
    case "document-type":
      return new Response(withDocumentType(text), { headers: xml });
    case "packed":
      return new Response(bytes, { headers: { ...xml, "content-encoding": "gzip" } });
    default:
      return new Response(bytes, { headers: xml });
  }
}

/** Says how long the answer is, sends half of it, and is gone. */
function brokenOff(out: ServerResponse, bytes: Uint8Array): Response {
  out.writeHead(200, { ...xml, "content-length": bytes.length });
  out.write(bytes.slice(0, Math.floor(bytes.length / 2)), () => out.destroy());
  return RESPONSE_ALREADY_SENT;
}

async function inPieces(
  out: ServerResponse,
  bytes: Uint8Array,
  { pieces, piecesMs }: { readonly pieces: number; readonly piecesMs: number },
): Promise<Response> {
  const size = Math.ceil(bytes.length / pieces);
  out.writeHead(200, { ...xml, "content-length": bytes.length });
  for (let start = 0; start < bytes.length && !out.destroyed; start += size) {
    out.write(bytes.slice(start, start + size));
    await pause(piecesMs);
  }
  out.end();
  return RESPONSE_ALREADY_SENT;
}

/** One purpose of so many megabytes, well-formed as far as it goes. */
async function endless(out: ServerResponse, megabytes: number): Promise<Response> {
  const megabyte = Buffer.alloc(1024 * 1024, "я");
  out.writeHead(200, xml);
  out.write(`<?xml version="1.0" encoding="UTF-8"?><a purpose="`);
  for (let sent = 0; sent < megabytes && !out.destroyed; sent += 1) {
    if (!out.write(megabyte)) await Promise.race([once(out, "drain"), once(out, "close")]);
  }
  out.end(`"/>`);
  return RESPONSE_ALREADY_SENT;
}
