import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import type { KeyRing } from "../db/sealed.ts";
import { createPayloadCodec } from "./payload-codec.ts";

/** The failure converter as a file: it is bundled with the workflows and loaded by every client. */
export const failureConverterPath = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts")
      ? "../workflows/failure-converter.ts"
      : "../workflows/failure-converter.js",
    import.meta.url,
  ),
);

/** How values cross Temporal: plain JSON, encrypted; the same for clients, workers and replays. */
export function createDataConverter(ring: KeyRing): DataConverter {
  return { payloadCodecs: [createPayloadCodec(ring)], failureConverterPath };
}
