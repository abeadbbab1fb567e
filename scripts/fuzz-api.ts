// Lets Schemathesis ask the API: `npm run fuzz:api -- --requests N --seed S`. At the full size of the proof `fuzz-api` its record is kept.
import { parseArgs } from "node:util";
import { proofs } from "./proofs/list.ts";
import { runProof } from "./proofs/run-proof.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const proof = proofs.find(({ name }) => name === "fuzz-api");
if (proof === undefined) throw new Error("the proof fuzz-api is not listed");
const requests = Number(values.requests);
const size = requests < (proof.sizes.full["requests"] ?? 0) ? proof.sizes.small : proof.sizes.full;
const order = {
  sizes: { ...size, requests },
  seed: Number(values.seed),
  portBase: 0,
  json: values.json,
  record: true,
};
process.exitCode = (await runProof(proof, order)) ? 0 : 1;
