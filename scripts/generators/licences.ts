import { readFile } from "node:fs/promises";
import path from "node:path";
import { projectRoot } from "../checks/steps.ts";
import type { Generator } from "./generator.ts";

/** What may be used under Apache-2.0 without asking more of whoever runs the engine than to keep notices. MPL-2.0 binds its own files only, and we change none of them. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  "0BSD",
  "(MIT AND Zlib)",
  "(MIT OR CC0-1.0)",
  "(MIT OR EUPL-1.1+)",
  "Apache-2.0",
  "Apache-2.0 AND MIT",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT OR Apache-2.0",
  "MIT-0",
  "MPL-2.0",
  "Python-2.0",
  "Unlicense",
]);

/** Packages whose package.json names none; read in the licence file that comes with them. */
const READ_BY_HAND: ReadonlyMap<string, string> = new Map([
  ["png-js", "MIT"],
  ["unionfs", "Unlicense"],
  ["urlsafe-base64", "MIT"],
]);

/** The same program for other machines; each under the licence of the one that is installed by its side. */
const PLATFORMS: readonly (readonly [start: string, licence: string])[] = [
  ["@biomejs/cli-", "MIT OR Apache-2.0"],
  ["@oxc-parser/binding-", "MIT"],
  ["@oxlint-tsgolint/", "MIT"],
  ["@oxlint/binding-", "MIT"],
  ["@swc/core-", "Apache-2.0 AND MIT"],
];

export type Dependency = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly isForDevelopment: boolean;
};

type Locked = { readonly version?: string; readonly license?: string; readonly dev?: boolean };

/** Every package of the lock file, by name. A licence that nobody has stated is `unknown`. */
export async function lockedDependencies(root: string): Promise<readonly Dependency[]> {
  const lock = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const all = Object.entries(lock.packages).filter(([where]) => where !== "");
  const known = new Map<string, Dependency>();
  for (const [where, { version = "", license, dev = false }] of all) {
    const name = where.slice(where.lastIndexOf("node_modules/") + "node_modules/".length);
    const licence = license ?? licenceOf(name);
    const key = `${name}@${version}`;
    const before = known.get(key)?.isForDevelopment ?? true;
    known.set(key, { name, version, licence, isForDevelopment: before && dev });
  }
  return [...known.values()].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

function licenceOf(name: string): string {
  const platform = PLATFORMS.find(([start]) => name.startsWith(start));
  return READ_BY_HAND.get(name) ?? platform?.[1] ?? "unknown";
}

const keyOf = ({ name, version }: Dependency) => `${name}@${version}`;

/** Every package with its version and licence: what comes with the engine, and what only its makers need. */
export const generator: Generator = {
  name: "licences",
  output: "docs/generated/licences.md",
  generate: async () => {
    const all = await lockedDependencies(projectRoot);
    return [
      "# Packages and their licences",
      "",
      "Written by `npm run generate` from `package-lock.json`; a licence that is not on the list of `scripts/generators/licences.ts` fails `test/security/licences.test.ts`.",
      "",
      ...chapter(
        "With the engine",
        all.filter(({ isForDevelopment }) => !isForDevelopment),
      ),
      ...chapter(
        "For development only",
        all.filter(({ isForDevelopment }) => isForDevelopment),
      ),
    ].join("\n");
  },
};

function chapter(title: string, all: readonly Dependency[]): readonly string[] {
  const licences = [...new Set(all.map(({ licence }) => licence))].sort();
  return [
    `## ${title}`,
    "",
    `${all.length} packages.`,
    "",
    "| licence | packages |",
    "|---|---|",
    ...licences.map((licence) => {
      const under = all.filter((one) => one.licence === licence).map((one) => `${one.name} ${one.version}`);
      return `| ${licence} | ${under.join(", ")} |`;
    }),
    "",
  ];
}
