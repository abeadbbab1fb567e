import "../../cli/short-lived-heap.ts";

// As in cli/main.ts.
const { runCommandLine } = await import("../../cli/run.ts");

// The command as its users start it; what it took of time and memory is told on the last line of the standard error stream.
const begun = performance.now();
const { code, out, complaint } = await runCommandLine(process.argv.slice(2), process.env);
if (out !== undefined) console.log(out);
const seconds = (performance.now() - begun) / 1000;
console.error(JSON.stringify({ complaint, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 }));
process.exitCode = code;
