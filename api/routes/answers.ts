import { z } from "@hono/zod-openapi";
import { isPublicCode } from "../../domain/code.ts";
import type { FailureCode } from "../../domain/failure.ts";
import { Refusal } from "../problems.ts";
import { problemSchema } from "../schemas/problem.ts";

/** An answer with a JSON body. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** Every route may answer a problem. */
export const problem = {
  description: "A problem (RFC 9457); `code` says which.",
  content: { "application/problem+json": { schema: problemSchema } },
} as const;

/** Where the object lives that a command made or works on. */
export const location = { headers: { Location: { schema: { type: "string" as const } } } };

/** A JSON body that must be there. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { required: true as const, content: { "application/json": { schema } } };
}

/** A JSON body that may be left out. */
export function optionalBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: false as const, content: { "application/json": { schema } } };
}

/** For commands without arguments: a body with anything in it is refused. */
export const nothing = optionalBody(z.strictObject({}).openapi("Nothing"));

/** Documents the header; the idempotency step itself reads and refuses it. */
export const commandHeaders = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .openapi({
      param: { name: "idempotency-key", in: "header", required: true },
      description: "Names this command: the same key and content get the same answer, once done.",
      example: "5b0b6b0e-9f5c-4d52-9f1e-0a4a7a2b7f0d",
    }),
});

/** The address needs a bearer token. */
export const bearer = [{ bearer: [] }];

/** An id from an address. What cannot be an id is answered like one that nobody has. */
export function idFrom(params: { readonly id: string }, notFound: FailureCode): string {
  if (!isPublicCode(params.id)) throw new Refusal(notFound);
  return params.id;
}
