import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from "jose";
import { z } from "zod";
import { CONSENT_FORMAT, CONSENT_TYPE } from "../../domain/consent-document.ts";
import { type Command, textOption, UsageError } from "../command.ts";

const usage = `kvitok consent verify FILE --jwks URL|FILE
  FILE is a signed consent as a mandate's page hands it out; the keys are published at /.well-known/kvitok-consent-jwks.json of the engine that it was given to.`;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

const document = z.object({
  format: z.literal(CONSENT_FORMAT),
  issuer: z.string(),
  livemode: z.boolean(),
  mandate: z.object({
    id: z.string(),
    version: z.int(),
    biller: z.object({ id: z.string(), name: z.string() }),
  }),
  terms: z.looseObject({ methods: z.array(z.string()), zone: z.string() }),
  consent: z.object({
    text: z.string(),
    textHash: z.string(),
    edition: z.string(),
    locale: z.string(),
    givenAt: z.iso.datetime(),
    signIn: z.string(),
    device: z.string(),
  }),
});

type Document = z.infer<typeof document>;

/** `kvitok consent verify`: is this consent what its payer agreed to? Nothing is looked up but the keys. */
export const consent: Command = {
  what: "check a signed consent and say what was agreed",
  usage,
  words: [2, 2],
  options: { jwks: { type: "string" } },
  run: async (given) => {
    const [verb, file = ""] = given.words;
    const from = textOption(given, "jwks");
    if (verb !== "verify" || from === undefined) throw new UsageError(usage);
    const { kid, said } = await verify((await readFile(file, "utf8")).trim(), await readKeys(from));
    return wordsOf(said, kid);
  },
};

async function readKeys(from: string): Promise<JSONWebKeySet> {
  const text = /^https?:\/\//.test(from) ? await fetched(from) : await readFile(from, "utf8");
  return keySet.parse(JSON.parse(text));
}

async function fetched(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

/** @throws when another key signed it, something was changed, or it is no consent */
async function verify(
  jws: string,
  keys: JSONWebKeySet,
): Promise<{ readonly kid: string; readonly said: Document }> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys), {
      algorithms: ["EdDSA"],
    });
    if (protectedHeader.typ !== CONSENT_TYPE) throw new Error("signed, but no consent");
    const said = document.parse(JSON.parse(Buffer.from(payload).toString("utf8")));
    const hash = createHash("sha256").update(said.consent.text, "utf8").digest("hex");
    if (hash !== said.consent.textHash) throw new Error("signed, but the text is not what its hash says");
    return { kid: protectedHeader.kid ?? "without a name", said };
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw new Error(`not a consent that one of these keys has signed (${cause.code})`, { cause });
  }
}

function wordsOf({ issuer, livemode, mandate, terms, consent: given }: Document, kid: string): string {
  return [
    `The signature is good: key ${kid} of ${issuer}${livemode ? "" : " (sandbox, no real money)"}.`,
    `On ${given.givenAt} the payer, signed in by ${given.signIn}, on a device of the kind "${given.device}", agreed to version ${mandate.version} of the mandate ${mandate.id}`,
    `with ${mandate.biller.name} (${mandate.biller.id}): ${terms.methods.length} payment method(s), times of ${terms.zone}.`,
    `The text that was shown (language ${given.locale}, edition ${given.edition}, SHA-256 ${given.textHash}):`,
    "",
    ...given.text.split("\n").map((line) => `  ${line}`.trimEnd()),
  ].join("\n");
}
