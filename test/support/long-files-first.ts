import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than half a minute, in seconds on two cores; the longest first. What is not named here takes a moment. */
const LONG: readonly (readonly [file: string, seconds: number])[] = [
  ["test/journeys/kills.test.ts", 117],
  ["test/journeys/page.test.ts", 110],
  ["test/journeys/notifications.test.ts", 101],
  ["test/proofs/unknown-outcomes.test.ts", 87],
  ["test/proofs/bill-changes.test.ts", 77],
  ["test/proofs/stop.test.ts", 70],
  ["test/db/registry/both-roads.test.ts", 58],
  ["test/fuzz/api.test.ts", 57],
  ["test/deploy/image-steps.test.ts", 54],
  ["test/db/registry/interrupted.test.ts", 45],
  ["test/proofs/orders.test.ts", 41],
  ["test/adapters/channels/mail-pages.test.ts", 35],
];
/** Of a file that is not named above, on the average. */
const SHORT_SECONDS = 5;

/**
 * Starts the long files before the others, so that none of them is what everybody waits for at the end. The size of a file says nothing about it: a proof is
 * twenty lines long. After each come short ones for as long as it takes: two that fill a machine alone seldom meet.
 */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = LONG.flatMap(([name, seconds]) => {
      const file = sorted.find(({ moduleId }) => moduleId.endsWith(`/${name}`));
      return file === undefined ? [] : [{ file, seconds }];
    });
    const short = sorted.filter((one) => long.every(({ file }) => file !== one));
    const order: TestSpecification[] = [];
    for (const { file, seconds } of long) {
      order.push(file, ...short.splice(0, Math.round(seconds / SHORT_SECONDS)));
    }
    return [...order, ...short];
  }
}
