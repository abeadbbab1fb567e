import { z } from "zod";
import type { Group, Tree } from "./form.ts";
import type { Metadata } from "./records.ts";
import { type StripeError, invalidRequest } from "./stripe-error.ts";

/** A whole number in the wire's notation. */
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, "Invalid integer")
  .transform(Number);

export const flag = z.enum(["true", "false"]).transform((text) => text === "true");

const texts = z.record(z.string().min(1).max(40), z.string().max(500));

/** An empty text clears it; so does an empty value for one name. */
export const metadata = z
  .union([z.literal("").transform((): Metadata => ({})), texts])
  .transform(
    (read): Metadata => Object.fromEntries(Object.entries(read).filter(([, value]) => value !== "")),
  );

const expandable = z.array(z.string().max(200)).max(20).optional();

/** A request's parameters: those named, `expand[]` and nothing else. */
export function parameters<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, expand: expandable });
}

/** Parameters of a list besides its own filters. */
export const paging = {
  limit: integer.optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  created: z
    .union([
      integer,
      z.strictObject({
        gte: integer.optional(),
        gt: integer.optional(),
        lte: integer.optional(),
        lt: integer.optional(),
      }),
    ])
    .optional(),
} as const;

/** Reads parameters by their shape; throws the refusal that the vendor gives for the first wrong one. */
export function readParameters<Shape extends z.ZodType>(shape: Shape, given: Group): z.infer<Shape> {
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw invalidRequest("Invalid request");
  throw refusal(issue, given);
}

function refusal(issue: z.core.$ZodIssue, given: Group): StripeError {
  if (issue.code === "unrecognized_keys") {
    const param = nameOf([...issue.path, ...issue.keys.slice(0, 1)]);
    return invalidRequest(`Received unknown parameter: ${param}`, param, "parameter_unknown");
  }
  const param = nameOf(issue.path);
  const value = valueAt(given, issue.path);
  if (value === undefined) {
    return invalidRequest(`Missing required param: ${param}.`, param, "parameter_missing");
  }
  if (value === "") {
    return invalidRequest(
      `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset.`,
      param,
      "parameter_invalid_empty",
    );
  }
  if (issue.message === "Invalid integer") {
    return invalidRequest(
      `Invalid integer: ${typeof value === "string" ? value : "not a text"}`,
      param,
      "parameter_invalid_integer",
    );
  }
  return invalidRequest(`Invalid ${param}: ${issue.message}`, param);
}

function nameOf(path: readonly PropertyKey[]): string {
  const [first = "", ...rest] = path.map(String);
  return first + rest.map((part) => `[${part}]`).join("");
}

function valueAt(given: Group, path: readonly PropertyKey[]): Tree | undefined {
  let here: Tree | undefined = given;
  for (const part of path) {
    if (typeof here !== "object") return undefined;
    here = Array.isArray(here) ? here[Number(part)] : here[String(part)];
  }
  return here;
}
