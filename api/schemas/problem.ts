import { z } from "@hono/zod-openapi";
import { FAILURE_CODES } from "../../domain/failure.ts";

const codeSchema = z.enum(FAILURE_CODES);

/** RFC 9457, with our code and words in the language of the request. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: codeSchema,
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ field: z.string(), code: codeSchema, detail: z.string() })).optional(),
    /** The payment that stands in the way, when it is the caller's own. */
    paymentId: z.string().optional(),
    finalAt: z.string().optional(),
  })
  .openapi("Problem");

export type Problem = z.infer<typeof problemSchema>;
