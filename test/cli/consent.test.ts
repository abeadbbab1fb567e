import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../cli/run.ts";

let folder: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let jwks: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kvitok-consent-"));
  keys = await generateKeyPair("EdDSA", { extractable: true });
  jwks = await file("jwks.json", await keySet(keys.publicKey));
});
afterAll(() => rm(folder, { recursive: true }));

const text = "Я согласна.\n\nДо 10 000 ₽ за раз.";
const said = {
  format: "kvitok-consent/1",
  issuer: "https://pay.city.example",
  livemode: true,
  mandate: { id: "KV-AAAA-BBBB-CCCC", version: 2, biller: { id: "gorod-zhkh", name: "Город" } },
  terms: { methods: ["KV-1"], zone: "Europe/Moscow" },
  consent: {
    text,
    textHash: createHash("sha256").update(text).digest("hex"),
    edition: "mandate-2026-11",
    locale: "ru",
    givenAt: "2026-11-29T10:00:00.000Z",
    signIn: "oidc",
    device: "phone",
  },
};

async function file(name: string, content: string): Promise<string> {
  const at = path.join(folder, name);
  await writeFile(at, content);
  return at;
}

async function keySet(key: Parameters<typeof exportJWK>[0]): Promise<string> {
  return JSON.stringify({ keys: [{ ...(await exportJWK(key)), kid: "c1", alg: "EdDSA" }] });
}

function signed(document: object, typ = "kvitok-consent+jws"): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(document)))
    .setProtectedHeader({ alg: "EdDSA", kid: "c1", typ })
    .sign(keys.privateKey);
}

const verify = async (jws: string, from = jwks) =>
  runCommandLine(["consent", "verify", await file("consent.jws", `${jws}\n`), "--jwks", from], {});

test("a good consent is told in words: who signed, when, what for, and the whole text", async () => {
  const { code, out } = await verify(await signed(said));
  expect(code).toBe(0);
  for (const part of [
    "The signature is good: key c1 of https://pay.city.example.",
    "On 2026-11-29T10:00:00.000Z the payer",
    "version 2 of the mandate KV-AAAA-BBBB-CCCC",
    "До 10 000 ₽ за раз.",
  ])
    expect(out).toContain(part);
});

test("keys are fetched from where the engine publishes them", async () => {
  const server = createServer((_, answer) => void keySet(keys.publicKey).then((set) => answer.end(set)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    expect(await verify(await signed(said), `http://127.0.0.1:${port}/jwks.json`)).toMatchObject({ code: 0 });
  } finally {
    server.close();
  }
});

test("a changed text, another key, another kind of document, a hash that does not fit: refused, nothing is told as agreed", async () => {
  const jws = await signed(said);
  const [head, , signature] = jws.split(".");
  const changed = Buffer.from(JSON.stringify({ ...said, livemode: false })).toString("base64url");
  const stranger = await generateKeyPair("EdDSA", { extractable: true });
  const others = await file("others.json", await keySet(stranger.publicKey));
  const wrongHash = { ...said, consent: { ...said.consent, text: "На всё" } };
  const refused = [
    await verify([head, changed, signature].join(".")),
    await verify(jws, others),
    await verify("no.jws.at-all"),
    await verify(await signed(said, "JWT")),
    await verify(await signed(wrongHash)),
  ];
  expect(refused.map(({ code, out }) => [code, out])).toEqual(refused.map(() => [1, undefined]));
  expect(refused.map(({ complaint }) => complaint)).toEqual([
    expect.stringContaining("not a consent that one of these keys has signed"),
    expect.stringContaining("not a consent that one of these keys has signed"),
    expect.stringContaining("not a consent that one of these keys has signed"),
    expect.stringContaining("signed, but no consent"),
    expect.stringContaining("the text is not what its hash says"),
  ]);
});

test("without keys nothing is checked: the command was written wrongly", async () => {
  expect(await runCommandLine(["consent", "verify", "x.jws"], {})).toMatchObject({ code: 2 });
});
