import { dropForsakenFiles } from "../db/queries/registry-files.ts";
import type { ImportTools } from "../db/registry/importer.ts";
import { importUploads } from "../db/registry/uploads.ts";
import type { Sealer } from "../db/sealed.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";

/** Rung by an upload; else a file whose importer died is found this late. */
const EVERY_MS = 15_000;

/** What importing needs: a pool beside the queries' own, for COPY and for lines that one connection stands in. */
export type RegistryImports = Pick<ImportTools, "db" | "pool" | "claimKey"> & { readonly sealer: Sealer };

/** Imports registry files that were uploaded, one after another; several workers take different billers. Told to stop it stops between two steps of a file. */
export function startRegistryImporter(tools: RegistryImports & { readonly log: LoopLog }): Loop {
  const stopping = new AbortController();
  const loop = startLoop({
    name: "registry-importer",
    everyMs: EVERY_MS,
    log: tools.log,
    work: async () => {
      const imported = await importUploads({ ...tools, signal: stopping.signal });
      return (await dropForsakenFiles(tools.db)) > 0 || imported;
    },
  });
  return {
    ...loop,
    stop: () => {
      stopping.abort();
      return loop.stop();
    },
  };
}
