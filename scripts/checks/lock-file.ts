import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check } from "./check.ts";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The part of `package-lock.json` that is looked at. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** A package that another one names as optional and that the lock file does not hold. */
export interface MissingOptional {
  readonly name: string;
  readonly version: string;
  readonly wantedBy: string;
  readonly isDevelopment: boolean;
}

/**
 * The lock file works on every platform and with every registry: `npm ci` refuses one that lacks an optional package,
 * and an address in it would bind everybody to one registry.
 */
export const check: Check = {
  name: "lock-file",
  async run(root) {
    const lock = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8")) as LockFile;
    const addresses = Object.entries(lock.packages).filter(([, { resolved }]) =>
      /^https?:/.test(resolved ?? ""),
    );
    const remedy = "node --import tsx scripts/complete-lock.ts";
    return [
      ...addresses.map(([name]) => `package-lock.json: ${name} has a download address: npm install again`),
      ...findMissingOptional(lock).map(
        ({ name, wantedBy }) => `package-lock.json: ${name}, optional in ${wantedBy}, is missing: ${remedy}`,
      ),
    ];
  },
};

/** Every optional package that is named in the lock file and not in it. */
export function findMissingOptional(lock: LockFile): readonly MissingOptional[] {
  return Object.entries(lock.packages).flatMap(([wantedBy, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isReachable(lock, wantedBy, name))
      .map(([name, version]) => ({ name, version, wantedBy, isDevelopment: entry.dev === true })),
  );
}

/** Looks for a package where Node would: beside what needs it, then folder by folder upwards. */
function isReachable(lock: LockFile, from: string, name: string): boolean {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/")))) {
    if (Object.hasOwn(lock.packages, `${place === "" ? "" : `${place}/`}node_modules/${name}`)) return true;
    if (place === "") return false;
  }
}

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors: Readonly<Record<string, string>> = {
  arm64: "arm64",
  arm: "arm",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  x64: "x64",
};

/**
 * What a platform package is for, read from its name (`@swc/core-linux-arm64-musl`).
 * @throws when the name says no system or processor
 */
export function platformOf(name: string): {
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc: readonly string[] | undefined;
} {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = words.flatMap((word) => processors[word] ?? []);
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not say its platform`);
  const libc = name.includes("musl") ? ["musl"] : name.includes("gnu") ? ["glibc"] : undefined;
  return { os, cpu, libc };
}
