import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Hono } from "hono";

const beside = (file: string) => new URL(`./static/${file}`, import.meta.url);
/**
 * The decoder of QR codes comes out of its package, where its script and its WebAssembly belong together, and is served by us: the library would
 * else fetch it from a foreign network, which the page's policy refuses.
 */
const decoder = new URL(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm"));

const files = {
  style: { name: "style.css", from: beside("style.css"), type: "text/css; charset=utf-8" },
  liveStatus: {
    name: "live-status.js",
    from: beside("live-status.js"),
    type: "text/javascript; charset=utf-8",
  },
  walletHint: {
    name: "wallet-hint.js",
    from: beside("wallet-hint.js"),
    type: "text/javascript; charset=utf-8",
  },
  qrReader: { name: "qr-reader.js", from: beside("qr-reader.js"), type: "text/javascript; charset=utf-8" },
  qrDecoder: {
    name: "qr-decoder.js",
    from: new URL("../iife/reader/index.js", decoder),
    type: "text/javascript; charset=utf-8",
  },
  qrDecoderWasm: { name: "qr-decoder.wasm", from: decoder, type: "application/wasm" },
  pushOptIn: {
    name: "push-opt-in.js",
    from: beside("push-opt-in.js"),
    type: "text/javascript; charset=utf-8",
  },
  icon: { name: "icon.svg", from: beside("icon.svg"), type: "image/svg+xml" },
} as const;

interface StaticFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All of them, read once; their addresses hold a hash of what is in them, so browsers may keep them for ever. */
const loaded = Object.entries(files).map(([key, { name, from, type }]): [string, StaticFile] => {
  const bytes = new Uint8Array(readFileSync(from));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  return [key, { path: `/static/${name.replace(".", `.${hash}.`)}`, type, etag: `"${hash}"`, bytes }];
});

/** The address of a static file. */
export function staticPath(key: keyof typeof files): string {
  const found = loaded.find(([name]) => name === key);
  if (!found) throw new Error(`no static file ${key}`);
  return found[1].path;
}

/** The service worker is asked for anew each time: what it does must not be older than the page. At the root, because its scope is all of the site. */
const worker = new Uint8Array(readFileSync(beside("service-worker.js")));

/** Serves the static files under `/static/`, and the service worker. */
export function staticRoutes(): Hono {
  const app = new Hono();
  app.get("/sw.js", (c) =>
    c.body(worker, 200, { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" }),
  );
  for (const [, { path, type, etag, bytes }] of loaded) {
    app.get(path, (c) => {
      const headers = { etag, "cache-control": "public, max-age=31536000, immutable" };
      if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
      return c.body(bytes, 200, { ...headers, "content-type": type });
    });
  }
  return app;
}
