import { z } from "zod";
import { type KeyRing, readKeyRing } from "../../db/sealed.ts";

/** The environment lacks something or holds something unreadable. Names variables, never values. */
export class EnvironmentError extends Error {
  constructor(error: z.ZodError) {
    const lines = error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    super(`the environment is not complete:\n${lines.join("\n")}`);
    this.name = "EnvironmentError";
  }
}

/** What every offline command needs: which database, and for which use it is. */
export const databaseSettings = z.object({
  KVITOK_MODE: z.enum(["live", "sandbox"]),
  KVITOK_DATABASE_URL: z.string().min(1),
});

/** KVITOK_DATA_KEYS, for commands that seal or open something. */
export const dataKeys = z.string().transform(readRing);

function readRing(text: string, context: z.RefinementCtx): KeyRing {
  try {
    return readKeyRing(text);
  } catch (cause) {
    context.addIssue({ code: "custom", message: cause instanceof Error ? cause.message : String(cause) });
    return z.NEVER;
  }
}

/** @throws EnvironmentError */
export function readSettings<Shape extends z.ZodType>(
  shape: Shape,
  environment: NodeJS.ProcessEnv,
): z.output<Shape> {
  const result = shape.safeParse(environment);
  if (!result.success) throw new EnvironmentError(result.error);
  return result.data;
}
