import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { projectRoot } from "../../scripts/checks/steps.ts";

const folder = path.join(projectRoot, "test/fuzz/regressions");

/** An input that once broke a parser. */
export type Regression = { readonly target: string; readonly name: string; readonly input: Uint8Array };

/** Every input that was kept, by its parser. */
export async function readRegressions(): Promise<readonly Regression[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".bin"));
  return Promise.all(
    names.toSorted().map(async (name) => ({
      target: name.slice(0, name.lastIndexOf(".", name.length - 5)),
      name,
      input: new Uint8Array(await readFile(path.join(folder, name))),
    })),
  );
}

/** Keeps an input, so that every test run tries it again; answers its file inside the project. */
export async function keepRegression(one: {
  readonly target: string;
  readonly base64: string;
}): Promise<string> {
  const bytes = Buffer.from(one.base64, "base64");
  const name = `${one.target}.${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}.bin`;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), bytes);
  return path.join("test/fuzz/regressions", name);
}
