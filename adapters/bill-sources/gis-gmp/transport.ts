import type { Refusal, Unreachable } from "../port.ts";

/**
 * How documents reach the registry and come back: the only part that knows of a network. The state's own road is СМЭВ 3, an asynchronous exchange with GOST signatures
 * that needs a participant's registration; a deployment that has one implements this one function. It sends once, waits for the very answer, takes
 * off the envelope, checks the signature, and answers with the document inside.
 */
export type Transport = {
  exchange(document: Uint8Array, signal: AbortSignal): Promise<Exchange>;
};

/** How one exchange ended. Details are codes and never quote a document. */
export type Exchange =
  | { readonly kind: "answered"; readonly document: Uint8Array }
  | { readonly kind: "unreachable"; readonly why: Unreachable; readonly detail: string }
  | { readonly kind: "refused"; readonly why: Refusal; readonly detail: string };
