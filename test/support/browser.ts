import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core";

const remedy =
  "no Chromium was found: install it (apt-get install chromium) or name one in KVITOK_CHROMIUM=/path/to/chromium";

/**
 * The Chromium to test with: `KVITOK_CHROMIUM`, else the system's. Undefined when there is none: the tests then count as skipped
 * and say why. In CI a missing browser is a failure, because a skipped proof is none.
 */
export function findChromium(): string | undefined {
  const named = process.env["KVITOK_CHROMIUM"];
  const found = [named, "/usr/bin/chromium"].find(
    (path) => path !== undefined && path !== "" && existsSync(path),
  );
  if (found !== undefined) return found;
  if (process.env["CI"] === "true") throw new Error(remedy);
  console.warn(remedy);
  return undefined;
}

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Opens a browser with a new profile, runs the work in it, and ends it with all that it left. */
export async function withBrowser<Result>(
  executablePath: string,
  options: BrowserContextOptions,
  work: (context: BrowserContext) => Promise<Result>,
): Promise<Result> {
  const profile = mkdtempSync(join(tmpdir(), "kvitok-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: flags,
    timeout: 60_000,
    ...options,
  });
  context.setDefaultTimeout(30_000);
  try {
    return await work(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
