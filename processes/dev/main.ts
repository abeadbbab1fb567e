import { complaintAboutNode } from "./node-version.ts";

// Everything else is imported only when this Node can read it.
const complaint = complaintAboutNode(process.version);
if (complaint !== undefined) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}

const { runFromCommandLine } = await import("./command-line.ts");
process.exit(await runFromCommandLine(process.argv.slice(2)));
