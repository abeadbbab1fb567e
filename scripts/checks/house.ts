import type { Check } from "./check.ts";
import { findBadNames } from "./house/file-names.ts";
import { findForbiddenText } from "./house/forbidden-text.ts";
import { findImpureCode } from "./house/pure-code.ts";
import { findOversized } from "./house/sizes.ts";
import { projectFiles } from "./repository.ts";

/** The house rules that no ready-made tool knows. */
export const check: Check = {
  name: "house",
  async run(root) {
    const files = await projectFiles(root);
    const found = await Promise.all([
      findForbiddenText(root, files),
      findImpureCode(root, files),
      findOversized(root, files),
    ]);
    return [...findBadNames(files), ...found.flat()];
  },
};
