import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { lookAtUnwatchedCharge } from "../activities/looking-up.ts";
import { openDatabase } from "../db/database.ts";
import { findTemporalProgram } from "../processes/dev/temporal-binary.ts";
import { developmentServer } from "../processes/dev/temporal-releases.ts";
import { startEngineLoops } from "../processes/engine-loops.ts";
import { loadWorkflowBundle } from "../processes/workflow-bundle.ts";
import { otherStories } from "../test/replay/other-stories.ts";
import { paymentStories } from "../test/replay/payment-stories.ts";
import { refundStories } from "../test/replay/refund-stories.ts";
import type { Stage, Story } from "../test/replay/stage.ts";
import { webhookStories } from "../test/replay/webhook-stories.ts";
import { freePort } from "../test/support/free-port.ts";
import { StorySource } from "../test/replay/story-source.ts";
import { openCityMail } from "../test/support/city.ts";
import { assembleEngine, publicUrl } from "../test/support/engine-core.ts";
import { startEngineWorkers } from "../test/support/engine-workers.ts";
import { withMigratedDatabase } from "./temporary-database.ts";

const folder = fileURLToPath(new URL("../test/replay/histories/", import.meta.url));
const stories: readonly Story[] = [...paymentStories, ...otherStories, ...refundStories, ...webhookStories];

/**
 * Plays stories on a whole engine with a real Temporal and keeps their histories, which every later version of the workflows must replay.
 * Landed files never change: without arguments the stories that have no file yet are recorded, those named are recorded anew under the next version.
 */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !stories.some((story) => story.name === name));
  if (unknown.length > 0) throw new Error(`no such story: ${unknown.join(", ")}`);
  const wanted = stories.filter(({ name }) =>
    names.length > 0 ? names.includes(name) : versionsOf(name) === 0,
  );
  if (wanted.length === 0) {
    console.log("every story has its history");
    return;
  }
  mkdirSync(folder, { recursive: true });
  await withMigratedDatabase((url) =>
    onStage(url, async (stage, readHistory) => {
      for (const { name, play } of wanted) {
        const file = `${name}-v${versionsOf(name) + 1}.json`;
        writeFileSync(folder + file, await readHistory(await play(stage)));
        console.log(`recorded ${file}`);
      }
    }),
  );
}

/** A history as Temporal's own program prints it. */
type ReadHistory = (workflowId: string) => Promise<string>;

function versionsOf(name: string): number {
  const versions = readdirSync(folder).flatMap((file) => {
    const version = file.startsWith(`${name}-v`) ? /-v(\d+)\.json$/.exec(file)?.[1] : undefined;
    return version === undefined ? [] : [Number(version)];
  });
  return Math.max(0, ...versions);
}

async function onStage(
  databaseUrl: string,
  play: (stage: Stage, readHistory: ReadHistory) => Promise<void>,
): Promise<void> {
  const path = await findTemporalProgram(developmentServer, console.log);
  const server = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: "existing-path", path },
      namespace: "kvitok",
      log: { format: "pretty", level: "error" },
    },
  });
  const database = openDatabase({ url: databaseUrl, applicationName: "recorder" });
  const source = new StorySource();
  const engine = await assembleEngine({ ...database, url: databaseUrl }, { billSources: [source.source] });
  const mail = await openCityMail();
  const receiverPort = await freePort();
  const temporal = await startEngineWorkers({
    engine,
    address: server.address,
    namespace: "kvitok",
    workflowBundle: await loadWorkflowBundle(),
    webhookAllow: new Set([`127.0.0.1:${receiverPort}`]),
  });
  const loops = startEngineLoops({
    db: engine.db,
    databaseUrl,
    starter: temporal.starter,
    lookAtUnwatchedCharge: (about) => lookAtUnwatchedCharge(engine.dependencies, about),
    channels: [mail.channel],
    publicUrl,
    linkKey: engine.dependencies.claimKey,
    log: { error: ({ error }, message) => console.error(message, error) },
  });
  const readHistory = async (workflowId: string): Promise<string> => {
    const connection = ["--address", server.address, "--namespace", "kvitok"];
    const show = ["workflow", "show", "--workflow-id", workflowId, "--output", "json"];
    return (await promisify(execFile)(path, [...show, ...connection], { maxBuffer: 64 * 1024 * 1024 }))
      .stdout;
  };
  try {
    await play({ engine, temporal, source, receiverPort }, readHistory);
  } finally {
    await loops.stop();
    await temporal.close();
    await mail.close();
    await engine.close();
    await server.teardown();
  }
}

await main(process.argv.slice(2));
