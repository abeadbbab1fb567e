import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, startApi } from "../api/support/api-under-test.ts";
import { Visitor } from "../web/visitor.ts";
import { type ProviderStandIn, startProviderStandIn } from "./provider-stand-in.ts";

const wanted = ["urn:city:two-factors", "urn:city:card"];

describe("at the API", () => {
  let under: ApiUnderTest;
  beforeAll(async () => {
    under = await startApi({ operatorAcrValues: wanted });
  });
  afterAll(() => under.close());
  const bearer = async (roles: readonly string[], acr: unknown): Promise<Person> => {
    const claims = { sub: "olga", name: "olga", roles, ...(acr === undefined ? {} : { acr }) };
    return { token: await under.identity.token(claims), subject: "olga" };
  };

  test.each([
    ["of no strength", undefined],
    ["of a password", "urn:city:password"],
    ["of two at once", wanted],
    ["of one that begins like it", "urn:city:two-factors-not"],
    ["of another case", "URN:CITY:TWO-FACTORS"],
    ["of nothing", ""],
  ])("an operator with a token %s gets nowhere, and learns what to ask for", async (_, acr) => {
    const olga = await bearer(["resident", "operator"], acr);
    for (const line of [
      "GET /v1/operator/holds",
      "POST /v1/operator/holds",
      "GET /v1/me",
      // where a biller's own program is let in by its signature, and people by their token
      "GET /v1/billers/vodokanal/registry-files",
      "POST /v1/billers/vodokanal/registry-files",
    ]) {
      const answer = await ask(under, olga, line, { body: line.startsWith("POST") ? {} : undefined });
      expect([line, answer.status, answer.body["code"]]).toEqual([line, 401, "stronger-sign-in-needed"]);
      expect(answer.headers.get("www-authenticate")).toBe(
        'Bearer error="insufficient_user_authentication", acr_values="urn:city:two-factors urn:city:card"',
      );
    }
  });

  test("an operator with any of the strengths is let in, and so is everybody else with none", async () => {
    for (const acr of wanted) {
      const olga = await bearer(["operator"], acr);
      expect((await ask(under, olga, "GET /v1/operator/holds")).status).toBe(200);
    }
    for (const role of ["resident", "integrator"]) {
      const anna = await bearer([role], undefined);
      expect((await ask(under, anna, "GET /v1/me")).status).toBe(200);
    }
  });

  test("the refusal says in both languages what is missing", async () => {
    const olga = await bearer(["operator"], undefined);
    const words = async (language: string) =>
      (await ask(under, olga, "GET /v1/me", { headers: { "accept-language": language } })).body["title"];
    expect([await words("ru"), await words("en")]).toEqual([
      "Нужен более надёжный вход",
      "A stronger sign-in is needed",
    ]);
  });

  test("while no strength is named every operator is let in", async () => {
    const easy = await startApi();
    try {
      const token = await easy.identity.token({ sub: "olga", roles: ["operator"] });
      expect((await ask(easy, { token, subject: "olga" }, "GET /v1/operator/holds")).status).toBe(200);
    } finally {
      await easy.close();
    }
  });
});

describe("on the page", () => {
  let provider: ProviderStandIn;
  let written: string;
  let olga: Visitor;
  beforeAll(async () => {
    provider = await startProviderStandIn();
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    written = "";
    const sink = new Writable({
      write(chunk: Buffer, _, done) {
        written += chunk.toString();
        done();
      },
    });
    olga = new Visitor({ oidc: provider.oidc, operatorAcrValues: wanted, log: pino({}, sink) });
  });

  /** Goes to the provider where the page sends one, and comes back with these claims. */
  async function comeBack(to: string | null, claims: object): Promise<Response> {
    const asked = new URL(to ?? "").searchParams;
    provider.told = { claims: { nonce: asked.get("nonce"), ...claims } };
    const query = new URLSearchParams({
      code: "a-code",
      state: asked.get("state") ?? "",
      iss: provider.oidc.issuer,
    });
    return olga.get(`/sign-in/callback?${query.toString()}`);
  }
  const leave = async () => (await olga.get("/sign-in?returnTo=/methods")).headers.get("location");
  const strengths = (to: string | null) => new URL(to ?? "").searchParams.get("acr_values");
  const begun = () => olga.engine.commands().filter(({ path }) => path === "/v1/me/sessions");

  test("a resident is asked for nothing more", async () => {
    const to = await leave();
    expect(strengths(to)).toBeNull();
    const answer = await comeBack(to, { roles: ["resident"] });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/methods"]);
  });

  test("an operator is sent back once for the strengths, and then comes to where they wanted to go", async () => {
    const roles = ["operator"];
    const again = await comeBack(await leave(), { roles });
    const to = again.headers.get("location");
    expect([again.status, strengths(to)]).toEqual([302, wanted.join(" ")]);
    expect(begun()).toEqual([]);
    const answer = await comeBack(to, { roles, acr: wanted[1] });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/methods"]);
    expect(begun()).toHaveLength(1);
  });

  test("an operator who comes back no stronger is told what is missing, and is not signed in", async () => {
    const weak = { roles: ["operator"], acr: "urn:city:password" };
    const again = await comeBack(await leave(), weak);
    const answer = await comeBack(again.headers.get("location"), weak);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("Нужен второй фактор");
    expect([begun(), olga.cookies().includes("kvitok-session")]).toEqual([[], false]);
    expect(written).toContain("the sign-in of an operator was too weak");
  });

  /** What the engine says while the access token names none of the strengths. */
  const tooWeak = { status: 401, body: { code: "stronger-sign-in-needed", status: 401 } };

  test("an operator whose roles stand in access tokens only is sent back for the strengths by the engine's word", async () => {
    const nameless = { roles: undefined };
    olga.engine.answers.set("POST /v1/me/sessions", () => tooWeak);
    const again = await comeBack(await leave(), nameless);
    const to = again.headers.get("location");
    expect([again.status, strengths(to)]).toEqual([302, wanted.join(" ")]);
    expect(olga.cookies().includes("kvitok-session")).toBe(false);
    expect(written).toContain("the sign-in of an operator was too weak");
    olga.engine.answers.delete("POST /v1/me/sessions");
    const answer = await comeBack(to, nameless);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/methods"]);
    expect(olga.cookies().includes("kvitok-session")).toBe(true);
  });

  test("an access token that says less than the ID token ends on the same page, and not in a circle", async () => {
    olga.engine.answers.set("POST /v1/me/sessions", () => tooWeak);
    const strong = { roles: ["operator"], acr: wanted[0] };
    const again = await comeBack(await leave(), strong);
    expect([again.status, strengths(again.headers.get("location"))]).toEqual([302, wanted.join(" ")]);
    const answer = await comeBack(again.headers.get("location"), strong);
    expect([answer.status, olga.cookies().includes("kvitok-session")]).toEqual([403, false]);
    expect(await answer.text()).toContain("Нужен второй фактор");
  });

  test("signing in anew ends the session that the browser had, also when the strengths have to be asked for", async () => {
    await olga.signIn();
    olga.engine.answers.set("POST /v1/me/sessions", () => tooWeak);
    const again = await comeBack(await leave(), {});
    olga.engine.answers.delete("POST /v1/me/sessions");
    const answer = await comeBack(again.headers.get("location"), {});
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/methods"]);
    const ends = olga.engine.commands().filter(({ path }) => path === "/v1/me/session");
    expect(ends.map(({ method }) => method)).toEqual(["DELETE"]);
  });

  test("every sign-in is a line of the log: which session and how strong, and nothing of who it was", async () => {
    const person = { sub: "p-77aa01", name: "Ольга Петрова", email: "olga@operator.example" };
    await comeBack(await leave(), { ...person, roles: ["operator"], acr: wanted[0] });
    const lines = written
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const line = lines.find(({ msg }) => msg === "somebody signed in");
    expect(line).toMatchObject({
      level: 30,
      acr: wanted[0],
      session: expect.stringMatching(/^KV-/) as string,
    });
    const { token: secret = "" } = (begun()[0]?.body ?? {}) as { token?: string };
    expect(secret).toHaveLength(43);
    for (const said of [...Object.values(person), secret, "an-access-token", "a-code"]) {
      expect(written.includes(said), said).toBe(false);
    }
  });

  test("a sign-in that did not work is a line, too, with its reason and nothing of what was sent", async () => {
    await comeBack(await leave(), { nonce: "another" });
    expect(written).toContain("a sign-in was refused");
    expect(written).not.toContain("a-code");
  });
});
