import { TextDecoder } from "node:util";
import { type ArrivalBiller, placeBill } from "../../db/queries/arrivals.ts";
import { applyBulkPush, keepBulkPush, type PushedLine } from "../../db/registry/bulk-push.ts";
import type { FileLine } from "../../db/registry/lines.ts";
import type { FailureCode } from "../../domain/failure.ts";
import type { ApiContext } from "../environment.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { detailOf } from "../problems.ts";
import { type PushResult, pushedBillSchema } from "../schemas/bill-push.ts";
import { bodyOf, bodyTooLarge, MOST_STREAMED_BYTES } from "../streamed-body.ts";
import { fieldErrors } from "../validation.ts";
import { billStopView } from "../views/in-flight.ts";
import { StreamedSignature, signedMessageOf } from "../webhook-signature.ts";
import { sourceBillOf } from "./pushed-bills.ts";
import type { RouteTools } from "./route-tools.ts";

/** One JSON object a line; what is pushed so may be as long as a city's month. */
export const NDJSON = "application/x-ndjson";

type Refused = Pick<PushResult, "problem">;

/** Is this a push of lines? Then its body is never held as a whole. */
export function isBulkPush(contentType: string | undefined): boolean {
  return /^application\/x-ndjson *(;|$)/i.test(contentType ?? "");
}

/**
 * A push of many bills, streamed in and out: the body is kept while its signature is computed, nothing in it is believed before that is proved, and then each line gets its
 * result, in order, when what came of it is committed. A caller that lost the answer sends the same message again.
 *
 * @throws Refusal
 */
export async function answerBulkPush(
  c: ApiContext,
  tools: RouteTools,
  { biller, secret }: { readonly biller: ArrivalBiller; readonly secret: string },
): Promise<Response> {
  const message = signedMessageOf(c);
  const signature = new StreamedSignature(secret, message);
  const push = await keepBulkPush(tools, {
    billerId: biller.id,
    delivery: message.id,
    body: passing(c, signature),
    prove: () => signature.prove(),
    limit: { mostBytes: MOST_STREAMED_BYTES, tooLong: bodyTooLarge },
  });
  const read = lineReader(tools, { biller, delivery: message.id, locale: c.get("locale") });
  return c.body(ReadableStream.from(written(applyBulkPush(tools, push, read))) as ReadableStream, 200, {
    "content-type": NDJSON,
  });
}

async function* passing(c: ApiContext, signature: StreamedSignature): AsyncGenerator<Uint8Array> {
  for await (const part of bodyOf(c)) {
    signature.update(part);
    yield part;
  }
}

async function* written(lines: AsyncIterable<readonly PushedLine<Refused>[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const some of lines) {
    yield encoder.encode(some.map((line) => `${JSON.stringify(resultOf(line))}\n`).join(""));
  }
}

function resultOf(line: PushedLine<Refused>): PushResult {
  const index = line.line - 1;
  if ("refused" in line) return { index, billId: null, result: "invalid", ...line.refused };
  const { billId, result, stop } = line.outcome;
  return { index, billId, result, ...(stop === undefined ? {} : { stop: billStopView(stop) }) };
}

function lineReader(
  { claimKey }: RouteTools,
  from: { readonly biller: ArrivalBiller; readonly delivery: string; readonly locale: ProblemLocale },
) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const { biller, delivery, locale } = from;
  const refuse = (code: FailureCode) => ({
    refused: { problem: { code, errors: [{ field: "", code, detail: detailOf(code, locale) }] } } as Refused,
  });
  return ({ bytes }: FileLine) => {
    if (bytes === null) return refuse("line-too-long");
    const content = contentOf(bytes, decoder);
    if (content === undefined) return refuse("body-not-json");
    const parsed = pushedBillSchema.safeParse(content);
    if (!parsed.success) {
      const errors = fieldErrors(parsed.error, content, locale);
      return { refused: { problem: { code: "payload-invalid", errors } } as Refused };
    }
    const placed = placeBill(sourceBillOf(parsed.data, biller.id), biller, { claimKey, delivery });
    // What a push may not say was refused before.
    if (!placed.ok) throw new Error(`a pushed bill that was read cannot be placed: ${placed.why}`);
    return { bill: placed.bill };
  };
}

/** The JSON of a line; undefined where it is none, or no text. */
function contentOf(bytes: Uint8Array, decoder: TextDecoder): unknown {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) return undefined;
    throw cause;
  }
}
