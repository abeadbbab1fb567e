import { inject } from "vitest";
import type { boardOf } from "../../processes/dev/board.ts";
import { askBroker } from "./server-broker.ts";

/** The one running stack of this test run: journeys share it, so each takes accounts and bills of its own. */
export interface TestStack {
  readonly boardFile: string;
  /** Its logs and secrets lie there. */
  readonly dataDirectory: string;
  readonly board: ReturnType<typeof boardOf>;
}

/** Starts the run's stack at the first call of the whole run; later calls get the same one. */
export async function runningStack(): Promise<TestStack> {
  return (await askBroker(inject("testServers"), "stack")) as TestStack;
}
