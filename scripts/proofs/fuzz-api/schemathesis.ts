import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { runProgram } from "../../../test/support/python.ts";
import { projectRoot } from "../../checks/steps.ts";
import type { FuzzGround } from "./fuzz-world.ts";

/** The pinned packages that such a run needs. */
export const REQUIREMENTS = path.join(projectRoot, "test/fuzz/python/requirements.txt");
const HOOKS = path.join(projectRoot, "test/fuzz/python/hooks.py");

/** One run of the tool. */
export type Round = {
  readonly programs: string;
  readonly api: string;
  readonly ground: FuzzGround;
  readonly seed: number;
  /** How many requests at most for each operation in each phase. */
  readonly examples: number;
  readonly phases: readonly ("examples" | "coverage" | "fuzzing" | "stateful")[];
  /** Seconds after which fuzzing and chains of requests end. */
  readonly seconds: number;
  /** One address alone, as the document writes it. */
  readonly only?: string;
};

/** What a run found; `words` is what it printed, with the requests that failed. */
export type RoundEnd = {
  readonly cases: number;
  readonly failures: readonly {
    readonly title: string;
    readonly count: number;
    readonly operations: readonly string[];
  }[];
  readonly errors: readonly string[];
  readonly words: string;
};

const reportShape = z.object({
  complete: z.boolean(),
  test_cases: z.object({ generated: z.number() }),
  failures: z.array(z.object({ title: z.string(), count: z.number(), operations: z.array(z.string()) })),
  errors: z.array(z.object({ title: z.string(), count: z.number() })),
});

/**
 * Lets Schemathesis ask this API for a while.
 *
 * @throws Error where the tool itself could not do its work: then nothing was proved
 */
export async function tryApi(round: Round): Promise<RoundEnd> {
  const folder = await mkdtemp(path.join(tmpdir(), "kvitok-fuzz-api-"));
  try {
    await writeFile(path.join(folder, "schemathesis.toml"), configuration(round));
    const run = await runProgram(path.join(round.programs, "python"), argumentsOf(round), {
      folder,
      environment: {
        ...Object.fromEntries(
          Object.entries(round.ground.tokens).map(([who, token]) => [`KVITOK_FUZZ_${who}`, token]),
        ),
        SCHEMATHESIS_HOOKS: HOOKS,
        NO_PROXY: "127.0.0.1",
        PYTHONDONTWRITEBYTECODE: "1",
      },
    });
    return await readEnd(folder, run.out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readEnd(folder: string, words: string): Promise<RoundEnd> {
  let text: string;
  try {
    text = await readFile(path.join(folder, "report.json"), "utf8");
  } catch (cause) {
    throw new Error(`schemathesis left no report:\n${words}`, { cause });
  }
  const report = reportShape.parse(JSON.parse(text));
  if (!report.complete) throw new Error(`schemathesis did not come to its end:\n${words}`);
  return {
    cases: report.test_cases.generated,
    failures: report.failures,
    errors: report.errors.map(({ title, count }) => `${title} (${count})`),
    words,
  };
}

function argumentsOf({ api, seed, examples, phases, seconds, only }: Round): string[] {
  return [
    "-m",
    "schemathesis.cli",
    "run",
    `${api}/openapi.json`,
    `--url=${api}`,
    `--seed=${seed}`,
    `--max-examples=${examples}`,
    `--phases=${phases.join(",")}`,
    `--max-time=${seconds}`,
    // two threads of Python 3.11 spoil each other's syntax trees
    "--workers=1",
    "--continue-on-failure",
    "--no-shrink",
    "--no-color",
    "--warnings=off",
    "--request-timeout=15",
    "--suppress-health-check=all",
    "--generation-database=none",
    ...(only === undefined ? [] : [`--include-path=${only}`]),
    "--report=json",
    "--report-json-path=report.json",
  ];
}

/** Half of what names something names something that is there; the rest is whatever comes to mind. */
const BINDINGS: readonly (readonly [paths: string, parameter: string, dictionary: string])[] = [
  ["^/v1/billers/\\\\{id\\\\}", "path.id", "billers"],
  ["^/v1/(bills|payments)/\\\\{id\\\\}", "path.id", "payments"],
  ["^/v1/operator/payments/", "path.id", "payments"],
  ["^/v1/bills/\\\\{id\\\\}", "path.id", "bills"],
  ["^/v1/methods/\\\\{id\\\\}", "path.id", "methods"],
  ["^/v1/mandates/\\\\{id\\\\}", "path.id", "mandates"],
];

function configuration({ ground }: Round): string {
  const entry = (name: string, dictionary: string) =>
    `"${name}" = { dictionary = "${dictionary}", probability = 0.5 }`;
  const everywhere = [
    entry("body.billerId", "billers"),
    entry("body.account", "accounts"),
    entry("body.billId", "bills"),
    entry("body.methodId", "methods"),
    entry("body.methods[*]", "methods"),
    entry("query.billerId", "billers"),
  ];
  return [
    ...Object.entries(ground.dictionaries).map(
      ([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`,
    ),
    `[parameters]\n${everywhere.join("\n")}\n`,
    // A well-formed wish may still be refused for what is true in the rows: 409 and 422 are answers, too.
    "[checks.positive_data_acceptance]\nenabled = false\n",
    ...BINDINGS.map(
      ([paths, parameter, dictionary]) =>
        `[[operations]]\ninclude-path-regex = "${paths}"\nparameters = { ${entry(parameter, dictionary)} }\n`,
    ),
  ].join("\n");
}
