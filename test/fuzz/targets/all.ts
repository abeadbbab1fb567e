import type { Target } from "../target.ts";
import { documentTargets } from "./documents.ts";
import { identifierTargets } from "./identifiers.ts";
import { messageTargets } from "./messages.ts";
import { textTargets } from "./texts.ts";

/** Every parser that is fuzzed. */
export const targets: readonly Target[] = [
  ...identifierTargets,
  ...documentTargets,
  ...messageTargets,
  ...textTargets,
];
