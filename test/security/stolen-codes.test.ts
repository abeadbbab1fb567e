import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Identity, startIdentity } from "../../sandbox/identity/identity.ts";
import { Browser } from "../sandbox/identity/browser.ts";
import { freePort } from "../support/free-port.ts";
import { Visitor } from "../web/visitor.ts";

let identity: Identity;
let dataDir: string;
const client = { clientId: "kvitok-page", clientSecret: "a-secret-only-for-this-test" };
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-sign-in-attacks-"));
  identity = await startIdentity({
    port: await freePort(),
    dataDir,
    pageUrl: new Visitor().url,
    ...client,
  });
});
afterAll(async () => {
  await identity.close();
  await rm(dataDir, { recursive: true, force: true });
});
const browser = () => new Visitor({ oidc: { issuer: identity.issuer, ...client } });

/** The address that the provider would send the browser back to. */
async function answered(visitor: Visitor, login: string): Promise<URL> {
  const to = new URL((await visitor.get("/sign-in")).headers.get("location") ?? "");
  const surfer = new Browser();
  return (await surfer.submit(await surfer.open(to), { login })).url;
}
/** Nobody has a session now. */
async function expectRefused(visitor: Visitor, answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  expect(await answer.text()).toContain("Войти не получилось");
  expect(visitor.engine.commands()).toEqual([]);
  expect(visitor.cookies()).not.toContain("kvitok-session");
}
const pathOf = ({ pathname, search }: URL) => pathname + search;

test("a code is good once: a copy of address and cookies signs nobody in", async () => {
  const visitor = browser();
  const address = await answered(visitor, "anna");
  const copied = visitor.cookies();
  expect((await visitor.get(pathOf(address))).status).toBe(303);
  const thief = browser();
  await expectRefused(thief, await thief.get(pathOf(address), { cookie: copied }));
});

test("a code that somebody took from another's address is none in their own sign-in", async () => {
  const [owner, thief] = [browser(), browser()];
  const stolen = await answered(owner, "anna");
  const own = await answered(thief, "boris");
  own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
  await expectRefused(thief, await thief.get(pathOf(own)));
});

test("a code without its verifier, or with another's, is exchanged for nothing", async () => {
  for (const verifier of [undefined, "v".repeat(43)]) {
    const address = await answered(browser(), "anna");
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: client.clientId,
      client_secret: client.clientSecret,
      code: address.searchParams.get("code") ?? "",
      redirect_uri: address.origin + address.pathname,
      ...(verifier === undefined ? {} : { code_verifier: verifier }),
    });
    const answer = await fetch(`${identity.issuer}/token`, { method: "POST", body });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: "invalid_grant" }),
    ]);
  }
});
