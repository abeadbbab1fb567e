// Runs one of our own checks in this process: `node --import tsx scripts/checks/one.ts <name> [root]`.
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Check } from "./check.ts";

const [name = "", root = fileURLToPath(new URL("../../", import.meta.url))] = process.argv.slice(2);
const module = (await import(`./${name}.ts`)) as { check: Check };
const complaints = await module.check.run(path.resolve(root));
for (const complaint of complaints) console.log(complaint);
process.exitCode = complaints.length === 0 ? 0 : 1;
