import type { EngineMutant } from "./of-the-whole-engine.ts";

/** Of what was found by an invariant that is expected to see this bug, what tells of it in words: a red of another cause is no catch. */
export function caughtOf(
  { invariants, words }: Pick<EngineMutant, "invariants" | "words">,
  broken: readonly { readonly id: string; readonly wordings: readonly string[] }[],
): readonly string[] {
  return broken
    .filter(({ id }) => invariants.includes(id))
    .flatMap(({ id, wordings }) =>
      wordings.filter((text) => words.test(text)).map((text) => `${id} ${text}`),
    );
}
