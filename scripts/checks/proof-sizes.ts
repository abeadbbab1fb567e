import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check } from "./check.ts";
import { projectFiles } from "./repository.ts";

const proofFolder = "docs/generated/proof/";
const sizesFile = "scripts/checks/proof-sizes.json";

/**
 * A committed proof says how much it tried. `proof-sizes.json` holds the least that each must have tried: proof name →
 * number → least value, where the number is a path into the proof (`totals.payments`). A proof that shrank, lost a
 * number, is missing, or is not listed is a complaint.
 */
export const check: Check = {
  name: "proof-sizes",
  async run(root) {
    const files = await projectFiles(root);
    const proofs = files.filter((file) => file.startsWith(proofFolder) && file.endsWith(".json"));
    const sizes = asRecord(JSON.parse(await readFile(path.join(root, sizesFile), "utf8")), sizesFile);
    const names = proofs.map((file) => path.basename(file, ".json"));
    const missing = Object.keys(sizes).filter((name) => !names.includes(name));
    const complaints = missing.map(
      (name) => `${proofFolder}${name}.json: listed in ${sizesFile}, but not there`,
    );
    for (const [index, file] of proofs.entries()) {
      const least = sizes[names[index] ?? ""];
      const proof: unknown = JSON.parse(await readFile(path.join(root, file), "utf8"));
      complaints.push(
        ...(least === undefined ? [`${file}: not listed in ${sizesFile}`] : compare(file, proof, least)),
      );
    }
    return complaints;
  },
};

function compare(file: string, proof: unknown, least: unknown): string[] {
  return Object.entries(asRecord(least, sizesFile)).flatMap(([numberPath, minimum]) => {
    const found = numberPath.split(".").reduce<unknown>((value, key) => asRecord(value, file)[key], proof);
    if (typeof found !== "number" || typeof minimum !== "number")
      return [`${file}: ${numberPath} is no number`];
    return found < minimum
      ? [`${file}: ${numberPath} is ${found}, at least ${minimum} was proved before`]
      : [];
  });
}

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error(`${where}: an object was expected`);
  return Object.fromEntries(Object.entries(value));
}
