import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";

/** The vendor's own mock: it checks method, path, names and types of parameters against the vendor's OpenAPI, and nothing else. */
const VERSION = "v0.203.0";
const CACHE = path.resolve(".cache", `stripe-mock-${VERSION}`);
const BUILD_SECONDS = 300;

/** The mock's binary, or why there is none. */
export type Supply = { readonly binary: string } | { readonly missing: string };

/**
 * Finds the mock: the file that KVITOK_STRIPE_MOCK names, one on the PATH, one built before; else it is built where Go is present.
 */
export async function findStripeMock(): Promise<Supply> {
  const named = process.env["KVITOK_STRIPE_MOCK"];
  if (named !== undefined && named !== "")
    return (await runs(named))
      ? { binary: named }
      : { missing: "KVITOK_STRIPE_MOCK names no file that can be run" };
  const built = path.join(CACHE, "stripe-mock");
  for (const binary of [...onPath("stripe-mock"), built]) if (await runs(binary)) return { binary };
  for (const go of onPath("go")) if (await runs(go)) return build(go, built);
  return { missing: "no stripe-mock on the PATH or in KVITOK_STRIPE_MOCK, and no Go to build it" };
}

async function build(go: string, binary: string): Promise<Supply> {
  await mkdir(CACHE, { recursive: true });
  try {
    await promisify(execFile)(go, ["install", `github.com/stripe/stripe-mock@${VERSION}`], {
      env: { ...process.env, GOBIN: CACHE, GOFLAGS: "" },
      timeout: BUILD_SECONDS * 1_000,
    });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[1] ?? cause.message) : String(cause);
    return { missing: `Go could not build it: ${why}` };
  }
  return { binary };
}

function onPath(name: string): string[] {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.join(folder, name));
}

async function runs(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export type RunningMock = { readonly url: string; close(): Promise<void> };

/** Starts the mock on two ports of 127.0.0.1: left to itself it opens its second one to the whole network. */
export async function startStripeMock(binary: string): Promise<RunningMock> {
  const [http, https] = [await freePort(), await freePort()];
  const child: ChildProcess = spawn(
    binary,
    ["-http-addr", `127.0.0.1:${http}`, "-https-addr", `127.0.0.1:${https}`],
    { stdio: "ignore" },
  );
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${http}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`stripe-mock ended with ${child.exitCode}`);
    return fetch(url).then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    async close() {
      child.kill();
      await ended;
    },
  };
}
