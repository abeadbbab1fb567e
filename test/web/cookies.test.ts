import { expect, test } from "vitest";
import { makeSeals } from "../../web/sealed-values.ts";
import { ownPath } from "../../web/own-path.ts";
import { Visitor } from "./visitor.ts";

const seals = makeSeals(new Uint8Array(32).fill(1));

test("a sealed value opens only for its purpose, with its key, unchanged and in time", async () => {
  const sealed = await seals.seal("session", { mail: "somebody@city.example" }, 60);
  expect(sealed).not.toContain("@city.example");
  expect(await seals.open("session", sealed)).toEqual({ mail: "somebody@city.example" });
  expect(await seals.open("draft", sealed)).toBeUndefined();
  expect(await makeSeals(new Uint8Array(32).fill(2)).open("session", sealed)).toBeUndefined();
  const at = sealed.length - 30;
  const other = sealed[at] === "A" ? "B" : "A";
  expect(
    await seals.open("session", `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`),
  ).toBeUndefined();
  expect(await seals.open("session", "not.a.seal")).toBeUndefined();
  expect(await seals.open("session", await seals.seal("session", {}, -60))).toBeUndefined();
});

test("a key of another length is refused at the start", () => {
  expect(() => makeSeals(new Uint8Array(16))).toThrow(RangeError);
});

test("a session that is too long for one cookie is kept in several, each within a browser's limit", async () => {
  const { Hono } = await import("hono");
  const { keepSealed, readSealed, dropSealed } = await import("../../web/sealed-cookies.ts");
  const shelf = { seals, secure: true };
  const name = { purpose: "session" } as const;
  const value = { token: "x".repeat(7000) };
  const app = new Hono()
    .get("/keep", async (c) => {
      await keepSealed(c, shelf, name, { value, lifetimeSeconds: 60 });
      return c.text("ok");
    })
    .get("/read", async (c) => c.json((await readSealed(c, shelf, name)) ?? null))
    .get("/drop", (c) => {
      dropSealed(c, shelf, name);
      return c.text("ok");
    });
  const kept = (await app.request("/keep")).headers.getSetCookie();
  expect(kept.length).toBeGreaterThan(1);
  for (const line of kept) {
    expect(line.length).toBeLessThan(4096);
    expect(line).toMatch(
      /^__Host-kvitok-session(-\d)?=.*Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  }
  const cookie = kept.map((line) => line.slice(0, line.indexOf(";"))).join("; ");
  expect(await (await app.request("/read", { headers: { cookie } })).json()).toEqual(value);
  const dropped = (await app.request("/drop", { headers: { cookie } })).headers.getSetCookie();
  expect(dropped.every((line) => line.includes("Max-Age=0"))).toBe(true);
  expect(dropped).toHaveLength(kept.length);
});

test("an outlived session is no session", async () => {
  const visitor = await new Visitor().signIn({ expiresAt: Math.floor(Date.now() / 1000) - 1 });
  expect((await visitor.get("/methods")).headers.get("location")).toContain("/sign-in");
});

test.each([
  ["/payments/KV-1?x=1", "/payments/KV-1?x=1"],
  ["//evil.example/", undefined],
  ["/\\evil.example", undefined],
  ["https://evil.example/", undefined],
  ["javascript:alert(1)", undefined],
  ["", undefined],
  ["/../x", "/x"],
  ["/..//evil.example/", undefined],
  ["/.//evil.example", undefined],
  ["/\t/evil.example", undefined],
])("a way back stays on our page: %s", (asked, expected) => {
  expect(ownPath(asked, "http://127.0.0.1:4600")).toBe(expected);
});

test("the language: asked for, remembered, the person’s, the browser’s, Russian", async () => {
  const stranger = new Visitor();
  expect(await stranger.page("/")).toContain('<html lang="ru">');
  const english = await (await stranger.get("/", { "accept-language": "en-US,ru;q=0.5" })).text();
  expect(english).toContain('<html lang="en">');
  const clara = await new Visitor().signIn({ locale: "en" });
  expect(await clara.page("/methods")).toContain('<html lang="en">');
  expect(await clara.page("/methods?lang=ru")).toContain('<html lang="ru">');
  expect(await clara.page("/methods")).toContain('<html lang="ru">');
});
