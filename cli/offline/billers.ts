import { userInfo } from "node:os";
import { importCatalogue } from "../../db/catalogue/import.ts";
import { openDatabase } from "../../db/database.ts";
import { type Command, type Given, type Said, textOption, textOptions, UsageError } from "../command.ts";
import { openCatalogue } from "./catalogue-file.ts";
import { hasRefused, reportForPeople } from "./catalogue-report.ts";
import { generatedCatalogue, MOST_KINDS } from "./generated-catalogue.ts";
import { databaseSettings, readSettings } from "./settings.ts";

const usage =
  "kvitok billers import FILE [--dry-run] [--accept-requisites ID]… [--json]\nkvitok billers generate --kinds N [--seed N] > FILE";

/** `kvitok billers …`: the catalogue, on the database itself, so that it can be filled before anything else runs. */
export const billers: Command = {
  what: "take a catalogue of billers in, with a report; or invent a large one",
  usage,
  words: [1, 2],
  options: {
    "dry-run": { type: "boolean" },
    "accept-requisites": { type: "string", multiple: true },
    json: { type: "boolean" },
    kinds: { type: "string" },
    seed: { type: "string" },
  },
  run: async (given) => {
    const [verb, file] = given.words;
    if (verb === "generate" && file === undefined) return generate(given);
    if (verb !== "import" || file === undefined) throw new UsageError(usage);
    return takeIn(file, given);
  },
};

function generate(given: Given): string {
  const kinds = numberOf(given, "kinds");
  if (kinds < 1 || kinds > MOST_KINDS) throw new UsageError(`--kinds: from 1 to ${MOST_KINDS}\n${usage}`);
  return [...generatedCatalogue({ kinds, seed: numberOf(given, "seed", "1") })].join("\n");
}

function numberOf(given: Given, name: string, usual?: string): number {
  const text = textOption(given, name) ?? usual ?? "";
  if (!/^\d{1,6}$/.test(text))
    throw new UsageError(`--${name}: a whole number of at most six digits\n${usage}`);
  return Number(text);
}

async function takeIn(file: string, given: Given): Promise<Said> {
  const settings = readSettings(databaseSettings, given.environment);
  const catalogue = await openCatalogue(file);
  if (catalogue.demonstration && settings.KVITOK_MODE === "live") {
    throw new Error(
      "this catalogue is a demonstration: its billers are invented, and money must not go to them",
    );
  }
  const { db, close } = openDatabase({
    url: settings.KVITOK_DATABASE_URL,
    applicationName: "kvitok-billers",
    maxConnections: 2,
  });
  try {
    const report = await importCatalogue(catalogue.entries, {
      db,
      actor: `offline:${userInfo().username}`,
      dryRun: given.options["dry-run"] === true,
      accepted: new Set(textOptions(given, "accept-requisites")),
    });
    return {
      code: hasRefused(report) ? 1 : 0,
      out: given.options["json"] === true ? JSON.stringify(report) : reportForPeople(report),
    };
  } finally {
    await close();
  }
}
