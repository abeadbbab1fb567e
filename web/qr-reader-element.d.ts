import "hono/jsx";

declare module "hono/jsx" {
  namespace JSX {
    interface IntrinsicElements {
      /** The island in static/qr-reader.js: the decoder's two files, and what it says. */
      "qr-reader": {
        "data-decoder": string;
        "data-wasm": string;
        "data-say-aim": string;
        "data-say-reading": string;
        "data-say-none": string;
        "data-say-other": string;
        "data-say-denied": string;
        "data-say-read": string;
        "data-say-away": string;
        children?: unknown;
      };
    }
  }
}
