import { z } from "zod";

/** Checks an object that the bank only keeps: what is stored is what was sent, unknown fields included. */
export function asSent<Shape extends z.ZodType>(shape: Shape) {
  return z.record(z.string(), z.unknown()).transform((sent, context) => {
    const result = shape.safeParse(sent);
    if (result.success) return { sent, read: result.data };
    for (const { path, message } of result.error.issues) {
      context.issues.push({ code: "custom", message, path: [...path], input: undefined });
    }
    return z.NEVER;
  });
}
