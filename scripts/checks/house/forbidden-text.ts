import { readFile } from "node:fs/promises";
import path from "node:path";

interface ForbiddenText {
  readonly pattern: RegExp;
  readonly why: string;
  /** Files in which the text may stand, with the reason in the pattern's neighbourhood. */
  readonly allowedIn?: RegExp;
}

// The type any is the linter's to find. Brackets inside the words keep this file from finding itself.
const inCode: readonly ForbiddenText[] = [
  {
    pattern: /\b(?:TO[D]O|FIX[M]E|HA[C]K)\b|(?:\/\/|--|\*) *X[X]X\b/,
    why: "unfinished: do it, or write it into an issue",
  },
  { pattern: /@ts-(?:ignor[e]|nochec[k])/, why: "hides what the compiler sees" },
  {
    pattern: /\b(?:it|test|describe|suite)\.(?:ski[p]|onl[y]|tod[o])\b/,
    why: "a test that does not run proves nothing",
  },
  {
    pattern: /\b(?:oxlint|eslint|biome)-(?:disabl[e]|ignor[e])(?!-next-line \S+ -- \S)/,
    why: "say which rule and, after --, why",
  },
];

const everywhere: readonly ForbiddenText[] = [
  {
    pattern: /registry\.(?:npm|yarn)|artifactor[y]|\/_packag[e]s\//i,
    why: "a registry's address belongs to the machine",
  },
  { pattern: /(?:^|[\s"'`(=:])\/(?:wor[k]|roo[t]|hom[e]|User[s])\//, why: "a path of one machine" },
  { pattern: /shared\/(?:desig[n]|referenc[e]|hook[s])/, why: "a folder that a clone does not have" },
  { pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KE[Y]-----/, why: "a private key" },
];

const textFiles =
  /\.(?:tsx?|mjs|cjs|js|json|jsonc|md|sql|ya?ml|sh|html|css|svg|txt)$|(?:^|\/)(?:Dockerfile|run|\.[a-z]+rc)$/;
const codeFiles = /\.(?:tsx?|mjs|cjs|js|sql|sh)$/;

/** Words that must stand nowhere in the tree: unfinished marks, switched-off checks, addresses of one machine. */
export async function findForbiddenText(root: string, files: readonly string[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const file of files.filter((name) => textFiles.test(name))) {
    const text = await readFile(path.join(root, file), "utf8");
    const rules = codeFiles.test(file) ? [...inCode, ...everywhere] : everywhere;
    complaints.push(...matchLines(file, text, rules));
  }
  return complaints;
}

function matchLines(file: string, text: string, rules: readonly ForbiddenText[]): string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      rules
        .filter((rule) => rule.pattern.test(line) && rule.allowedIn?.test(file) !== true)
        .map((rule) => `${file}:${index + 1}: ${rule.why}: ${line.trim().slice(0, 100)}`),
    );
}
