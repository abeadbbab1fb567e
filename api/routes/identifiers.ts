import { createRoute } from "@hono/zod-openapi";
import { identify, reasonOf } from "../../domain/identifiers/index.ts";
import { MOST_QR_BYTES, parsePaymentQr } from "../../domain/identifiers/payment-qr.ts";
import type { Refused } from "../../domain/identifiers/proof.ts";
import { identifierReasonWords } from "../../words/identifiers.ts";
import { callerOfRequest } from "../authentication.ts";
import type { Api, ApiContext } from "../environment.ts";
import { Refusal } from "../problems.ts";
import {
  identifiedSchema,
  identifySchema,
  paymentQrBytesSchema,
  paymentQrSchema,
  qrPictureSchema,
} from "../schemas/identifiers.ts";
import { refuseInvalid } from "../validation.ts";
import { candidateView, paymentQrView } from "../views/identifiers.ts";
import { bearer, body, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const binary = { schema: { type: "string", format: "binary" } } as const;

const identifyText = createRoute({
  tags: ["identifiers"],
  security: bearer,
  method: "post",
  path: "/v1/identify",
  summary:
    "What a text may be: every kind of identifier, valid or not, with what is wrong and where; nothing is looked up or kept",
  request: { body: body(identifySchema) },
  responses: { 200: json(identifiedSchema, "The candidates, in a fixed order"), default: problem },
});

const readQr = createRoute({
  tags: ["identifiers"],
  security: bearer,
  method: "post",
  path: "/v1/payment-qr",
  summary:
    "Reads the QR of a paper bill (ГОСТ Р 56042) from its bytes: at most 4 KB as they are, or in base64",
  // Described only: the bytes are taken as they came.
  request: {
    body: {
      required: true,
      content: {
        "application/octet-stream": binary,
        "application/json": { schema: { $ref: "#/components/schemas/PaymentQrBytes" } },
      },
    },
  },
  responses: {
    200: json(paymentQrSchema, "Its fields, with what is proved and every complaint by field"),
    default: problem,
  },
});

const readPicture = createRoute({
  tags: ["identifiers"],
  security: bearer,
  method: "post",
  path: "/v1/payment-qr/picture",
  summary:
    "Finds the payment QR codes in a picture (PNG or JPEG, at most 5 MB) and reads them; the picture is not kept",
  request: { body: { required: true, content: { "image/png": binary, "image/jpeg": binary } } },
  responses: { 200: json(qrPictureSchema, "The payment codes found, at least one"), default: problem },
});

/** Nothing here writes, so nothing here is a command: the same question has the same answer. */
export function addIdentifierRoutes(api: Api, tools: RouteTools): void {
  api.openAPIRegistry.register("PaymentQrBytes", paymentQrBytesSchema);
  api.openapi(identifyText, (c) => {
    const { text, bic } = c.req.valid("json");
    const candidates = identify(text, bic === undefined ? {} : { bic });
    const locale = c.get("locale");
    return c.json({ candidates: candidates.map((candidate) => candidateView(candidate, locale)) }, 200);
  });
  api.openapi(readQr, (c) => {
    const bytes = qrBytesOf(c);
    const qr = parsePaymentQr(bytes);
    if (!qr.ok) throw refuseQr(qr, c);
    return c.json(paymentQrView({ qr: qr.value, bytes }, c.get("locale")), 200);
  });
  const reading = new Set<string>();
  api.openapi(readPicture, async (c) => {
    const { issuer, subject } = callerOfRequest(c);
    const person = JSON.stringify([issuer, subject]);
    // One picture a person at a time: whoever sends many waits for their own, not others for them.
    if (reading.has(person)) throw new Refusal("rate-limited", { headers: { "retry-after": "1" } });
    reading.add(person);
    const codes = await codesIn(c, tools).finally(() => reading.delete(person));
    const read = codes.map((bytes) => ({ bytes, qr: parsePaymentQr(bytes) }));
    const items = read.flatMap(({ bytes, qr }) =>
      qr.ok ? [paymentQrView({ qr: qr.value, bytes }, c.get("locale"))] : [],
    );
    const [other] = read.flatMap(({ qr }) => (qr.ok ? [] : [qr]));
    if (items.length === 0) throw other ? refuseQr(other, c) : new Refusal("picture-without-qr");
    return c.json({ items, otherCodes: codes.length - items.length }, 200);
  });
}

/** The bytes of a code, from either kind of body. */
function qrBytesOf(c: ApiContext): Uint8Array {
  const type = mediaType(c);
  if (type === "application/octet-stream") {
    if (c.get("rawBytes").length > MOST_QR_BYTES) throw new Refusal("body-too-large");
    return c.get("rawBytes");
  }
  if (type !== "application/json") throw new Refusal("content-type-wrong");
  const content = jsonOf(c.get("rawBytes"));
  const parsed = paymentQrBytesSchema.safeParse(content);
  if (!parsed.success) throw refuseInvalid(parsed.error, content, c.get("locale"));
  return Buffer.from(parsed.data.base64, "base64");
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Refusal("body-not-json");
    throw cause;
  }
}

function mediaType(c: ApiContext): string {
  return (c.req.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

async function codesIn(c: ApiContext, { pictures }: RouteTools): Promise<readonly Uint8Array[]> {
  // What it really is, its first bytes say; the type keeps forms of other sites out.
  if (!/^(image\/(png|jpeg)|application\/octet-stream)$/.test(mediaType(c))) {
    throw new Refusal("content-type-wrong");
  }
  const reading = await pictures.read(c.get("rawBytes"));
  switch (reading.outcome) {
    case "read":
      return reading.codes;
    case "unreadable":
      throw new Refusal("picture-unreadable");
    case "too-large":
      throw new Refusal("picture-too-large");
    case "too-slow":
      throw new Refusal("picture-too-slow");
    case "busy":
      throw new Refusal("temporarily-unavailable", { headers: { "retry-after": "5" } });
  }
}

/** The code is none of a bill to pay: says by what that is seen. */
function refuseQr(refused: Refused, c: ApiContext): Refusal {
  const detail = identifierReasonWords(c.get("locale"), reasonOf(refused));
  return new Refusal("qr-not-payment", { errors: [{ field: "content", code: "qr-not-payment", detail }] });
}
