import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { projectFiles } from "../../scripts/checks/repository.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { freePort } from "../support/free-port.ts";
import { createDatabaseFromTemplate } from "../support/postgres.ts";
import { createNamespace, testTemporalServer } from "../support/temporal.ts";
import { until } from "../support/until.ts";

const buildSeconds = 600;
const key = Buffer.alloc(32, 7).toString("base64");
const lockShape = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

let folder = "";
let image = "";
let environment: Readonly<Record<string, string>> = {};
let dropDatabase = (): Promise<void> => Promise.resolve();
const started: ChildProcess[] = [];

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Starts a program with nothing of this process's environment but what every shell has. */
function start(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { PATH, HOME, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const ended = once(child, "close").then(([code]) => ({
    code: code as number | null,
    output: Buffer.concat(output).toString("utf8"),
  }));
  return { child, ended };
}

function node(program: string, ...args: readonly string[]): ReturnType<typeof start> {
  return start(process.execPath, ["--enable-source-maps", program, ...args], {
    cwd: image,
    env: environment,
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    // Not listening yet.
    return false;
  }
}

async function copySources(to: string): Promise<void> {
  for (const file of await projectFiles(projectRoot)) {
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    await cp(path.join(projectRoot, file), path.join(to, file));
  }
}

async function engineEnvironment(): Promise<Readonly<Record<string, string>>> {
  const [database, server, namespace] = await Promise.all([
    createDatabaseFromTemplate(),
    testTemporalServer(),
    createNamespace(),
  ]);
  dropDatabase = database.drop;
  const [api, worker, nobody] = await Promise.all([freePort(), freePort(), freePort()]);
  return {
    NODE_ENV: "production",
    KVITOK_MODE: "sandbox",
    KVITOK_DATABASE_URL: database.url,
    KVITOK_TEMPORAL_ADDRESS: server.address,
    KVITOK_TEMPORAL_NAMESPACE: namespace,
    KVITOK_PAYLOAD_KEYS: `image:${key}`,
    KVITOK_DATA_KEYS: `image:${key}`,
    KVITOK_CONSENT_KEYS: `image:${key}`,
    KVITOK_CLAIM_KEY: key,
    KVITOK_SESSION_KEY: key,
    KVITOK_PUBLIC_URL: `http://127.0.0.1:${api}`,
    KVITOK_API_PORT: String(api),
    KVITOK_WORKER_HEALTH_PORT: String(worker),
    // Neither identity provider, bank nor mail server is there: the engine starts without them and says so later.
    KVITOK_OIDC_ISSUER: `http://127.0.0.1:${nobody}`,
    KVITOK_OIDC_CLIENT_SECRET: "secret",
    KVITOK_YOOKASSA_URL: `http://127.0.0.1:${nobody}/v3`,
    KVITOK_YOOKASSA_SHOP_ID: "100500",
    KVITOK_YOOKASSA_SECRET_KEY: "secret",
    KVITOK_SMTP_URL: `smtp://127.0.0.1:${nobody}`,
  };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kvitok-image-"));
  image = path.join(folder, "image");
  const source = path.join(folder, "source");
  await copySources(source);
  // as a tree that is developed in has them; what the image gets is installed anew from the lock
  await symlink(path.join(projectRoot, "node_modules"), path.join(source, "node_modules"));
  const built = await start("bash", ["deploy/build-image.sh", image], { cwd: source }).ended;
  if (built.code !== 0) throw new Error(`deploy/build-image.sh ended with ${built.code}:\n${built.output}`);
}, buildSeconds * 1000);

afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
  await dropDatabase();
  await rm(folder, { recursive: true, force: true });
});

describe("the image, made by its own steps in an empty folder", () => {
  test("holds the built engine, and neither sources, tests, sandbox nor launcher", async () => {
    const dist = await readdir(path.join(image, "dist"), { recursive: true });
    expect(dist).toEqual(expect.arrayContaining(["processes/api.js", "processes/worker.js", "cli/main.js"]));
    expect(dist).toContain("workflow-bundle.js");
    expect(dist.some((file) => /^db\/migrations\/.*\.sql$/.test(file))).toBe(true);
    expect(dist.filter((file) => /\.tsx?$|^sandbox|^test|^processes\/(dev|sandbox)/.test(file))).toEqual([]);
    expect((await readdir(image)).sort()).toEqual([
      "LICENSE",
      "dist",
      "node_modules",
      "package-lock.json",
      "package.json",
    ]);
  });

  test("holds no package of development", async () => {
    const lock = lockShape.parse(
      JSON.parse(await readFile(path.join(projectRoot, "package-lock.json"), "utf8")),
    );
    const development = Object.entries(lock.packages).filter(([, { dev }]) => dev === true);
    expect(development.length).toBeGreaterThan(50);
    const installed = await readdir(path.join(image, "node_modules"), { recursive: true });
    const present = new Set(installed.map((file) => `node_modules/${file}`));
    expect(development.map(([name]) => name).filter((name) => present.has(name))).toEqual([]);
  });

  test("migrates, starts worker and API, and both end in order when told to", async () => {
    environment = await engineEnvironment();
    const migrated = await node("dist/cli/main.js", "migrate").ended;
    expect(migrated).toMatchObject({ code: 0 });

    const worker = node("dist/processes/worker.js");
    const api = node("dist/processes/api.js");
    const ready = Promise.all([
      until(() => answers(`http://127.0.0.1:${environment["KVITOK_WORKER_HEALTH_PORT"]}/ready`), 90),
      until(() => answers(`http://127.0.0.1:${environment["KVITOK_API_PORT"]}/health/ready`), 90),
    ]);
    const early = Promise.race([worker.ended, api.ended]).then(({ code, output }) => {
      throw new Error(`a process ended with ${code} before both were ready:\n${output}`);
    });
    await Promise.race([ready, early]);
    early.catch(() => undefined);

    worker.child.kill("SIGTERM");
    api.child.kill("SIGTERM");
    const ended = await Promise.all([worker.ended, api.ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  }, 240_000);
});
