#!/usr/bin/env node
import "./short-lived-heap.ts";

// After it: what is loaded makes the room for the young grow, too.
const { runCommandLine } = await import("./run.ts");

// oxlint-disable-next-line node/no-process-env -- a command is a process of its own: this is its only look at the environment
const { code, out, complaint } = await runCommandLine(process.argv.slice(2), process.env);
if (out !== undefined) console.log(out);
if (complaint !== undefined) console.error(complaint);
process.exitCode = code;
