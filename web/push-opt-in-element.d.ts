import "hono/jsx";

declare module "hono/jsx" {
  namespace JSX {
    interface IntrinsicElements {
      /** The island in static/push-opt-in.js: the key to subscribe for, and what it says. */
      "push-opt-in": {
        class?: string;
        "data-key": string;
        /** Hashes of the addresses of the person's own browsers, by blanks. */
        "data-own": string;
        "data-say-elsewhere": string;
        "data-say-unsupported": string;
        "data-say-denied": string;
        "data-say-dismissed": string;
        "data-say-waiting": string;
        "data-say-connecting": string;
        "data-say-away": string;
        "data-say-here": string;
        children?: unknown;
      };
    }
  }
}
