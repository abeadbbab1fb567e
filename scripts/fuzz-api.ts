// Lets Schemathesis ask the API: `npm run fuzz:api -- --help`. At the full size of the proof `fuzz-api` its record is kept.
import { parseArgs } from "node:util";
import { proofs } from "./proofs/list.ts";
import { runProof } from "./proofs/run-proof.ts";

const proof = proofs.find(({ name }) => name === "fuzz-api");
if (proof === undefined) throw new Error("the proof fuzz-api is not listed");
const full = proof.sizes.full["requests"] ?? 0;
const help = `npm run fuzz:api -- [--requests N] [--seed S] [--json]

Lets Schemathesis send whatever the API's own document allows, and what it forbids, to a whole engine: it must answer as the document says, and never with 5xx.
Needs Python: the tool, pinned in test/fuzz/python/requirements.txt, is installed once. Ends with 1 when an answer was not as described.

  --requests N   at least so many (${full}); so many or more are kept in docs/generated/proof/
  --seed S       what is sent (1)
  --json         print the result as JSON
  --help         this text
`;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: String(full) },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
} else {
  const requests = Number(values.requests);
  const order = {
    sizes: { ...(requests < full ? proof.sizes.small : proof.sizes.full), requests },
    seed: Number(values.seed),
    portBase: 0,
    json: values.json,
    record: true,
  };
  process.exitCode = (await runProof(proof, order)) ? 0 : 1;
}
