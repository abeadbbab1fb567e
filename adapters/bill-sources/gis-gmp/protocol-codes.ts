import type { Refusal, Unreachable } from "../port.ts";

/**
 * What a code of the registry's protocol asks of us (protocol facts §4.4). `already-there`: an import was a repeat. `repeat`: later, the same. `stop`: what it is
 * about is not there. `rights`: stop asking until an operator has acted. `our-defect`: the request is wrong. `data`: something in it is wrong by the
 * registry's rules. `unknown`: a code that nobody here has heard of.
 */
export type CodeClass =
  | "done"
  | "already-there"
  | "repeat"
  | "stop"
  | "rights"
  | "our-defect"
  | "data"
  | "unknown";

const CODES: Readonly<Record<Exclude<CodeClass, "unknown">, readonly number[]>> = {
  done: [0],
  repeat: [1],
  "already-there": [5],
  stop: [7],
  rights: [21, 23, 27, 30, 31],
  "our-defect": [11, 32, 38],
  data: [53, 54, 55, 56, 111, 233, 234, 235, 236, 237, 302, 304, 305, 306, 307, 308, 309, 330, 331, 332],
};

const CLASSES = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as CodeClass] as const)),
);

/** The class of a code as it stands in `ImportProtocol` or `RequestStatus`. */
export function classOfCode(code: string): CodeClass {
  return (/^\d{1,4}$/.test(code) ? CLASSES.get(Number(code)) : undefined) ?? "unknown";
}

/** How a question that met this code has ended. An unknown code is no reason to give up: asking again changes nothing at the registry. */
export function endingOfCode(
  code: string,
):
  | { readonly kind: "unreachable"; readonly why: Unreachable; readonly detail: string }
  | { readonly kind: "refused"; readonly why: Refusal; readonly detail: string } {
  const detail = `code-${/^\d{1,4}$/.test(code) ? code : "none"}`;
  switch (classOfCode(code)) {
    case "rights":
      return { kind: "refused", why: "rights", detail };
    case "our-defect":
      return { kind: "refused", why: "our-defect", detail };
    case "data":
    case "stop":
      return { kind: "refused", why: "data", detail };
    case "done":
    case "already-there":
    case "repeat":
    case "unknown":
      return { kind: "unreachable", why: "fault", detail };
  }
}
