import "hono/jsx";

declare module "hono/jsx" {
  namespace JSX {
    interface IntrinsicElements {
      /** The island in static/live-status.js. */
      "live-status": { "data-from": string; "data-mark": string; children?: unknown };
      /** The island in static/wallet-hint.js. */
      "wallet-hint": { class?: string; children?: unknown };
    }
  }
}
