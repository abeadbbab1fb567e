import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { projectRoot } from "../../scripts/checks/steps.ts";

const dependency = z.object({ condition: z.string() });

const service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).default([]),
  restart: z.string().default("no"),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), dependency).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
});

/** A service of the compose file, with the fields that the tests look at. */
export type ComposeService = z.infer<typeof service>;

/** Reads a text file of the project. */
export function readProjectFile(file: string): string {
  return readFileSync(path.join(projectRoot, file), "utf8");
}

/** The compose file as written: anchors merged, variables not yet filled in. */
export function readComposeDocument(): Record<string, unknown> {
  return z
    .record(z.string(), z.unknown())
    .parse(parse(readProjectFile("docker-compose.yml"), { merge: true }));
}

/** The services, with every `${NAME}` filled in from `environment` where it is given. */
export function readServices(
  environment?: Readonly<Record<string, string>>,
): Readonly<Record<string, ComposeService>> {
  const text = JSON.stringify(readComposeDocument()["services"]);
  const filled = environment === undefined ? text : interpolate(text, environment);
  return z.record(z.string(), service).parse(JSON.parse(filled));
}

/**
 * Fills in variables as compose does: `${NAME}`, `${NAME:-default}` and `${NAME:?message}`.
 * @throws for a variable that must be given and is not
 */
export function interpolate(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest = "") => {
    const given = environment[name] ?? "";
    if (given !== "") return given;
    if (kind === "-") return rest;
    throw new Error(`${name} must be set: ${rest}`);
  });
}

/** Names and values of a `.env` file. */
export function parseEnvironmentFile(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
