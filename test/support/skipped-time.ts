import proto from "@temporalio/proto";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { searchAttributes } from "../../workflows/messages.ts";
import { dataConverter } from "./engine-workers.ts";

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** Starts the time-skipping server with what payment workflows need of it. */
export async function openSkippedTime(path: string): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: "existing-path", path } },
    client: { dataConverter },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? "default",
    searchAttributes: { [searchAttributes.attention]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD },
  });
  return env;
}
