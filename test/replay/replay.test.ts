import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleOption } from "@temporalio/worker";
import { describe, expect, test } from "vitest";
import { failureConverterPath } from "../../processes/data-converter.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-workers.ts";
import { otherStories } from "./other-stories.ts";
import { paymentStories } from "./payment-stories.ts";
import { refundStories } from "./refund-stories.ts";
import { webhookStories } from "./webhook-stories.ts";
import { readRecordedHistory } from "./recorded-history.ts";

const folder = fileURLToPath(new URL("./histories/", import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

const read = (file: string) => readRecordedHistory(folder + file);

/** Replays one recorded history; answers what the SDK has to say against it. */
async function replay(file: string, workflowBundle: WorkflowBundleOption): Promise<string | undefined> {
  const results = Worker.runReplayHistories({ workflowBundle, dataConverter }, [read(file)]);
  const errors: (string | undefined)[] = [];
  for await (const { error } of results) errors.push(error && `${error.name}: ${error.message}`);
  expect(errors).toHaveLength(1);
  return errors[0];
}

describe("a change of workflow code never breaks a running workflow", () => {
  test.each(files)("%s replays on the workflows of today", async (file) => {
    expect(await replay(file, await testWorkflowBundle())).toBeUndefined();
  });

  test("every story has its recorded history: `node --import tsx scripts/record-histories.ts` plays those that lack one", () => {
    const told = [...paymentStories, ...otherStories, ...refundStories, ...webhookStories]
      .map(({ name }) => name)
      .sort();
    expect([...new Set(files.map((file) => file.replace(/-v\d+\.json$/, "")))].sort()).toEqual(told);
  });

  test("replay notices: a workflow that asks in another order is caught as non-deterministic", async () => {
    const changed = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL("./changed-workflows.ts", import.meta.url)),
      failureConverterPath,
      logger: new DefaultLogger("ERROR"),
    });
    const happy = files.find((file) => file.startsWith("payment-happy")) ?? "";
    expect(await replay(happy, changed)).toContain("DeterminismViolationError");
  });
});

describe("recorded histories", () => {
  test.each(files)("%s ran to its end and shows nothing of the machine that recorded it", (file) => {
    const { eventTypes, text } = read(file);
    expect(eventTypes.at(-1)).toBe("EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED");
    expect(new Set(text.match(/"identity": ?"[^"]*"/g))).toEqual(new Set(['"identity": "kvitok-test"']));
  });
});
