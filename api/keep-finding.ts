import { readAtSignIn, readSoon } from "../db/queries/source-readings.ts";
import type { ApiDependencies } from "./dependencies.ts";

/** Who signs in again within a quarter of an hour costs the sources nothing. */
const NOT_WITHIN_SECONDS = 15 * 60;

/** When a source is asked is the engine's business: a person reads how fresh it is, and sets nothing. */
type Tools = Pick<ApiDependencies, "engine" | "billSources">;

/** Somebody has come: their bills are looked for now, behind what they wait for. */
export function findAtSignIn({ engine, billSources }: Tools, residentId: string): Promise<void> {
  const sources = [...billSources.values()].map(({ name, capabilities }) => ({
    source: name,
    kinds: capabilities.searchBy,
  }));
  return readAtSignIn(engine, { residentId, sources, notWithinSeconds: NOT_WITHIN_SECONDS });
}

/** A number was saved, or a bill was added by one: every source that knows such numbers is asked about the resident. */
export function findBy(
  { engine, billSources }: Tools,
  { residentId, kind }: { readonly residentId: string; readonly kind: string },
): Promise<void> {
  const sources = [...billSources.values()].filter(({ capabilities }) =>
    capabilities.searchBy.includes(kind),
  );
  return readSoon(engine, { residentId, sources: sources.map(({ name }) => name) });
}
