import { readFile, stat, writeFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Resolution, Resolve } from "../../api/client.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";
import { apiOptions, apiUsage, connect, written } from "./api.ts";
import { money } from "./text.ts";

const MEDIA_TYPES = {
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".txt": "text/plain",
  ".eml": "message/rfc822",
} as const;

const LARGEST_DOCUMENT_BYTES = 5 * 1024 * 1024;

/** `kvitok resolve CHARGE --charged|--not-charged --document FILE`: said by one operator it is a proposal, by another one it decides the charge. */
export const resolve: Command = {
  what: "decide by hand how a charge ended: two operators, each with the same document",
  usage: `kvitok resolve CHARGE --charged|--not-charged --document FILE [--amount-minor N --currency RUB] ${apiUsage}`,
  words: [1, 1],
  options: {
    ...apiOptions,
    charged: { type: "boolean" },
    "not-charged": { type: "boolean" },
    document: { type: "string" },
    "amount-minor": { type: "string" },
    currency: { type: "string" },
  },
  run: async (given) => {
    const [chargeId = ""] = given.words;
    const wish: Resolve = { ...verdictOf(given), document: await readDocument(given) };
    const client = await connect(given);
    return written(given, await client.resolveCharge(chargeId, wish), inWords);
  },
};

export const withdraw: Command = {
  what: "take a proposal back, or turn another operator's down",
  usage: `kvitok withdraw RESOLUTION ${apiUsage}`,
  words: [1, 1],
  options: apiOptions,
  run: async (given) => {
    const [id = ""] = given.words;
    const client = await connect(given);
    return written(given, await client.withdrawResolution(id), (answer) => `${answer.id} is ${answer.state}`);
  },
};

export const document: Command = {
  what: "fetch the document of a proposal before you confirm it",
  usage: `kvitok document RESOLUTION --out FILE ${apiUsage}`,
  words: [1, 1],
  options: { ...apiOptions, out: { type: "string" } },
  run: async (given) => {
    const [id = ""] = given.words;
    const out = textOption(given, "out");
    if (out === undefined) throw new UsageError(document.usage);
    const client = await connect(given);
    const { bytes, mediaType } = await client.getResolutionDocument(id);
    // for this operator's eyes, and never over something that is there
    await writeFile(out, bytes, { flag: "wx", mode: 0o600 });
    return written(given, { file: out, mediaType, sizeBytes: bytes.length }, () => `${mediaType} → ${out}`);
  },
};

function verdictOf(given: Given): Resolve {
  const { charged, "not-charged": notCharged } = given.options;
  if ((charged === true) === (notCharged === true)) {
    throw new UsageError(`say either --charged or --not-charged\n${resolve.usage}`);
  }
  const amount = textOption(given, "amount-minor");
  if (notCharged === true) {
    if (amount !== undefined) throw new UsageError("an amount goes with --charged only");
    return { verdict: "not-charged" };
  }
  if (amount === undefined) return { verdict: "charged" };
  if (!/^[1-9]\d{0,11}$/.test(amount)) throw new UsageError("--amount-minor is a whole number of kopecks");
  const currency = textOption(given, "currency") ?? "RUB";
  if (currency !== "RUB" && currency !== "USD" && currency !== "EUR") {
    throw new UsageError("--currency is RUB, USD or EUR");
  }
  return { verdict: "charged", amount: { amountMinor: Number(amount), currency } };
}

async function readDocument(given: Given): Promise<NonNullable<Resolve["document"]>> {
  const file = textOption(given, "document");
  if (file === undefined) throw new UsageError(resolve.usage);
  const ending = extname(file).toLowerCase();
  if (!isKnown(ending)) throw new UsageError(`a document is one of ${Object.keys(MEDIA_TYPES).join(" ")}`);
  const { size } = await stat(file);
  if (size === 0 || size > LARGEST_DOCUMENT_BYTES) throw new UsageError("a document has 1 byte to 5 MB");
  const content = await readFile(file);
  return { mediaType: MEDIA_TYPES[ending], contentBase64: content.toString("base64") };
}

function isKnown(ending: string): ending is keyof typeof MEDIA_TYPES {
  return Object.hasOwn(MEDIA_TYPES, ending);
}

function inWords({
  id,
  chargeId,
  verdict,
  amount,
  state,
  expiresAt,
  document: { sha256 },
}: Resolution): string {
  const what = amount === null ? verdict : `${verdict} ${money(amount)}`;
  if (state === "confirmed") return `${chargeId} is decided: ${what}`;
  return [
    `proposed ${id}: ${chargeId} ${what}`,
    `document sha256 ${sha256}`,
    `another operator has until ${expiresAt} to say the same`,
  ].join("\n");
}
