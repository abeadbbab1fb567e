import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { placeBill } from "../../db/queries/arrivals.ts";
import { registryFormatSchema } from "../../db/registry/file-format.ts";
import { readRegistryFile } from "../../db/registry/file-reader.ts";
import { CodeMaker } from "../../db/registry/new-codes.ts";
import { BILLER, CLAIM_KEY } from "./imports.ts";
import { benchFormat, kindOf } from "./lines.ts";

const payee = {
  name: "ГКУ «Городские коммунальные услуги»",
  inn: "7700990010",
  kpp: "770001001",
  bic: "044525225",
  account: "40702810900000000301",
  correspondentAccount: null,
  kbk: null,
  oktmo: null,
};

/** Writes what the hand-written roads are given: rows in the text form of COPY, read, proved and named already, bad and repeated lines left out. Not timed. */
export async function prepareRows(file: string, prepared: string): Promise<void> {
  const out = createWriteStream(prepared);
  const biller = { id: BILLER, category: "housing", discountRule: null, payee };
  const wanted = { format: registryFormatSchema.parse(benchFormat), biller, fileVersion: 1 };
  const codes = new CodeMaker();
  const now = new Date().toISOString();
  for await (const { bills } of readRegistryFile(
    createReadStream(file, { highWaterMark: 256 * 1024 }),
    wanted,
  )) {
    let text = "";
    for (const { line, bill } of bills) {
      if (kindOf(line - 1) === "repeated") continue;
      const placed = placeBill(bill, biller, { claimKey: CLAIM_KEY, delivery: "bench" });
      if (!placed.ok) throw new Error(`line ${line} cannot be stored: ${placed.why}`);
      const {
        identityKey,
        contentHash,
        payeeHash,
        account,
        period,
        kind,
        version,
        amountMinor,
        dueOn,
        purpose,
      } = placed.bill;
      const row = [
        identityKey,
        contentHash,
        payeeHash,
        account,
        period,
        kind,
        version,
        amountMinor,
        dueOn,
        purpose,
      ];
      text += `${[...row, JSON.stringify(placed.bill.payee), codes.next(), now].join("\t")}\n`;
    }
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}
