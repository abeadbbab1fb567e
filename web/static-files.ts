import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Hono } from "hono";

const files = {
  style: { file: "style.css", type: "text/css; charset=utf-8" },
  liveStatus: { file: "live-status.js", type: "text/javascript; charset=utf-8" },
  icon: { file: "icon.svg", type: "image/svg+xml" },
} as const;

interface StaticFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The files beside this one, read once; their addresses hold a hash of what is in them, so browsers may keep them for ever. */
const loaded = Object.entries(files).map(([key, { file, type }]): [string, StaticFile] => {
  const bytes = new Uint8Array(readFileSync(new URL(`./static/${file}`, import.meta.url)));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  return [key, { path: `/static/${file.replace(".", `.${hash}.`)}`, type, etag: `"${hash}"`, bytes }];
});

/** The address of a static file. */
export function staticPath(key: keyof typeof files): string {
  const found = loaded.find(([name]) => name === key);
  if (!found) throw new Error(`no static file ${key}`);
  return found[1].path;
}

/** Serves the static files under `/static/`. */
export function staticRoutes(): Hono {
  const app = new Hono();
  for (const [, { path, type, etag, bytes }] of loaded) {
    app.get(path, (c) => {
      const headers = { etag, "cache-control": "public, max-age=31536000, immutable" };
      if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
      return c.body(bytes, 200, { ...headers, "content-type": type });
    });
  }
  return app;
}
