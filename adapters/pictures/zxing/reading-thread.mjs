// The thread that unpacks one picture and ends. Not TypeScript: a thread is started from a file as it lies on the disk, which is the same one here, in
// the tests and in the built image.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const file = fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm"));
// Left to itself the library would fetch this file from a foreign network.
prepareZXingModule({ overrides: { wasmBinary: readFileSync(file) } });

const { picture, mostCodes } = workerData;
const found = await readBarcodes(picture, {
  formats: ["QRCode"],
  maxNumberOfSymbols: mostCodes,
  returnErrors: false,
});
// A picture that cannot be unpacked comes back as one result without a format.
const isUnreadable = found.some(({ isValid, format }) => !isValid && format === "");
const codes = isUnreadable ? null : found.filter(({ isValid }) => isValid).map(({ bytes }) => bytes);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin, a window's has
parentPort.postMessage({ codes });
