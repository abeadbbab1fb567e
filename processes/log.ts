import pino from "pino";
import type { Config } from "./config.ts";

/** A process's log: JSON lines on standard output, without personal data; `error` keeps its stack. */
export function createLog(name: string, level: Config["KVITOK_LOG_LEVEL"]) {
  return pino({
    name,
    level,
    base: { name },
    serializers: { error: pino.stdSerializers.err },
    redact: ["*.email", "*.to", "*.token", "*.authorization", "*.body"],
  });
}

export type Log = ReturnType<typeof createLog>;
