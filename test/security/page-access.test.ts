import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWeb, pageLines } from "../../web/app.tsx";
import { makeSeals } from "../../web/sealed-values.ts";
import type { WebDependencies } from "../../web/dependencies.ts";
import { countRows, type Person, signIn } from "../api/support/api-under-test.ts";
import { PAGES } from "../support/access-table.ts";
import { absentId, beginPageSession, type OwnedWorld, ownersWords, startOwnedWorld } from "./owned-world.ts";

const publicUrl = "https://pay.city.example";
const sessionKey = new Uint8Array(32).fill(7);
const seals = makeSeals(sessionKey);

let world: OwnedWorld;
let web: ReturnType<typeof createWeb>;
let dependencies: WebDependencies;
type Visiting = { readonly cookie: string; readonly token: string };
let anna: Visiting;
let boris: Visiting;

async function visit(person: Person, session: string): Promise<Visiting> {
  await beginPageSession(world.under, person, session);
  const value = {
    id: session,
    sub: person.subject,
    name: person.subject,
    locale: "ru",
    zone: "Europe/Moscow",
    roles: ["resident"],
    accessToken: person.token,
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
  };
  const sealed = await seals.seal("session", value, 3600);
  return { cookie: `__Host-kvitok-session=${sealed}`, token: seals.formToken(session) };
}

beforeAll(async () => {
  world = await startOwnedWorld();
  dependencies = {
    api: async (request) => world.under.api.fetch(request, { page: true }),
    oidc: { issuer: "http://127.0.0.1:1", clientId: "kvitok-page", clientSecret: "secret" },
    publicUrl,
    sessionKey,
    livemode: true,
    log: pino({ level: "silent" }),
  };
  web = createWeb(dependencies);
  anna = await visit(world.owner, "a".repeat(43));
  boris = await visit(await signIn(world.under, "boris"), "b".repeat(43));
});
afterAll(() => world.under.close());

async function send(
  line: string,
  who: Visiting | null,
  sent: { readonly token?: string; readonly origin?: string } = {},
) {
  const [method = "GET", path = "/"] = line.split(" ");
  const headers = new Headers(who ? { cookie: who.cookie } : {});
  if (method === "POST") headers.set("origin", sent.origin ?? publicUrl);
  const body = new URLSearchParams({ token: sent.token ?? who?.token ?? "" });
  const answer = await web.request(`${publicUrl}${path}`, {
    method,
    headers,
    ...(method === "POST" ? { body } : {}),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}
type Shown = Awaited<ReturnType<typeof send>>;

/** The room that an address is in, as the world's ids are named. */
function objectOf(line: string): string {
  const room = /^\w+ \/((?:profile\/)?[\w-]+)\/:id/.exec(line)?.[1] ?? "";
  if (line.includes("/push/devices/:id")) return "me/push-devices";
  return room.replace("profile/", "me/");
}
const at = (line: string, id: string) =>
  line.replace(":kind", "bill").replace(":id", id).replace(":version", "1").replace(":token", "x".repeat(43));
const lines = (...access: string[]) =>
  [...PAGES].filter(([, one]) => access.includes(one)).map(([line]) => line);
const shape = ({ status, text, headers }: Shown, id: string) =>
  [status, headers.get("location") ?? "", text].join("\n").replaceAll(id, "ID");

/** Without the keys of commands: ending a mute that one does not have is done. */
const rows = async () => ({ ...(await countRows(world.under)), idempotency_keys: 0 });

test("every page stands in the table, and nothing else does", () => {
  const pages = pageLines(dependencies).filter((line) => !line.startsWith("GET /static/"));
  expect([...PAGES.keys()].sort()).toEqual(pages.sort());
});

test("who is not signed in is led to the sign-in by every page and form of a person, and learns nothing", async () => {
  for (const line of lines("person", "owner")) {
    const answer = await send(at(line, world.ids[objectOf(line)] ?? absentId), null);
    expect([line, answer.status, answer.text]).toEqual([line, 303, ""]);
    expect(answer.headers.get("location")).toMatch(/^\/sign-in\?returnTo=/);
  }
});

test("a stranger gets the page of what does not exist, to the letter, and nothing happens to the owner's things", async () => {
  const before = await rows();
  for (const line of lines("owner")) {
    const own = world.ids[objectOf(line)] ?? "";
    expect(own, line).not.toBe("");
    const foreign = await send(at(line, own), boris);
    const absent = await send(at(line, absentId), boris);
    expect(shape(foreign, own), line).toBe(shape(absent, absentId));
    for (const secret of Object.values(ownersWords)) expect(foreign.text.includes(secret), line).toBe(false);
  }
  expect(await rows()).toEqual(before);
});

describe("the owner's own pages", () => {
  const shown = new Map<string, Shown>();
  beforeAll(async () => {
    for (const line of lines("open", "person", "owner").filter((one) => one.startsWith("GET"))) {
      // the first leads away, the second is a script, the third is the sandbox's
      if (/^GET \/(sign-in|sw\.js|sandbox)/.test(line)) continue;
      shown.set(line, await send(at(line, world.ids[objectOf(line)] ?? ""), anna));
    }
  });

  test("are shown to their owner; only what this payment has not come to yet is not there", () => {
    const absent = [...shown].filter(([, { status }]) => status >= 400).map(([line]) => line);
    expect(absent).toEqual([]);
  });

  test("bear the headers that keep them to themselves, on every answer", () => {
    for (const [line, { headers }] of shown) {
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy, line).toMatch(
        /^default-src 'none'; .*form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(policy, line).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:|data:/);
      expect(headers.get("x-content-type-options"), line).toBe("nosniff");
      expect(headers.get("x-frame-options"), line).toBe("DENY");
      expect(headers.get("referrer-policy"), line).toMatch(/^same-origin$|^strict-origin$/);
      expect(headers.get("strict-transport-security"), line).toBe("max-age=31536000; includeSubDomains");
      expect(headers.get("cache-control"), line).toMatch(/no-store/);
      expect(headers.get("access-control-allow-origin"), line).toBeNull();
      if (headers.get("content-type")?.startsWith("text/")) {
        expect(headers.get("content-type"), line).toMatch(/charset=utf-8/i);
      }
    }
  });

  test("hold no script, style or handler of their own, load nothing from elsewhere and keep names as text", () => {
    const pages = [...shown].filter(([, { headers }]) =>
      headers.get("content-type")?.startsWith("text/html"),
    );
    expect(pages.length).toBeGreaterThan(25);
    expect(pages.filter(([, { text }]) => text.includes("Вокзал&quot;")).length).toBeGreaterThan(1);
    for (const [line, { text }] of pages) {
      expect(text, line).not.toMatch(
        /<script(?![^>]*\ssrc="\/)[^>]*>|<style|\sstyle="|\son\w+="|javascript:/i,
      );
      expect(text, line).not.toMatch(/(?:src|action)="(?!\/(?!\/))/);
      expect(text, line).not.toContain("<img src=x");
      expect(text, line).not.toContain("<script>отца");
      expect(text, line).not.toMatch(/localStorage|sessionStorage/);
    }
  });

  test("carry the token of their session in each form that does something, and such forms lead to known places", () => {
    let forms = 0;
    for (const [line, { text }] of shown) {
      for (const [form] of text.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/gi)) {
        forms += 1;
        expect(form, line).toContain(`name="token" value="${anna.token}"`);
      }
    }
    expect(forms).toBeGreaterThan(25);
  });
});

test("no form does anything without its session's token, with another session's, or from another site", async () => {
  const before = await countRows(world.under);
  const forms = lines("person", "owner").filter((line) => line.startsWith("POST"));
  expect(forms.length).toBeGreaterThan(30);
  for (const line of forms) {
    const path = at(line, world.ids[objectOf(line)] ?? absentId);
    for (const wrong of [
      { token: "" },
      { token: "A".repeat(43) },
      { token: boris.token },
      { origin: "https://evil.example" },
      { origin: "null" },
    ]) {
      expect([line, wrong, (await send(path, anna, wrong)).status]).toEqual([line, wrong, 403]);
    }
  }
  expect(await countRows(world.under)).toEqual(before);
});
