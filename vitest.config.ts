import { defineConfig } from "vitest/config";
import { LongFilesFirst } from "./test/support/long-files-first.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    // loading everything anew for each file took half of the run; what the files of one worker owe each other stands in CONTRIBUTING.md
    isolate: false,
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // tests of one file that run beside each other start processes of their own, and a machine may have two cores
    maxConcurrency: 2,
  },
});
