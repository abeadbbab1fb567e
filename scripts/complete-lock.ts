// Completes package-lock.json after `npm install`: node --import tsx scripts/complete-lock.ts
// Packages with native code name one package for each platform as optional. A registry that does not offer all of them
// makes npm write a lock file without the others, and `npm ci` then refuses that lock file everywhere. What is missing is
// added with its exact version and platform; its hash is unknown here, so npm takes it as it finds it on that platform.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findMissingOptional, type LockFile, platformOf } from "./checks/lock-file.ts";
import { projectRoot } from "./checks/steps.ts";

const file = path.join(projectRoot, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as LockFile;
const missing = findMissingOptional(lock);
const added = missing.map(({ name, version, isDevelopment }): [string, object] => {
  const { os, cpu, libc } = platformOf(name);
  // The order in which npm itself writes the fields.
  return [
    `node_modules/${name}`,
    { version, cpu, ...(isDevelopment && { dev: true }), libc, optional: true, os },
  ];
});
const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(added) });
const sorted = packages.toSorted(([left], [right]) => left.localeCompare(right, "en"));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
console.log(`package-lock.json: ${added.length} platform packages added`);
