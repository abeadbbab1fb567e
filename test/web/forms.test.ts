import { expect, test } from "vitest";
import { bill, code, method, payment } from "./fake-engine.ts";
import { problem } from "./fake-problem.ts";
import { scanningPath } from "../../web/scanning-path.ts";
import { publicUrl, Visitor } from "./visitor.ts";

const payPath = `/bills/${code("1")}/pay`;

async function readyToPay(): Promise<{ visitor: Visitor; page: string }> {
  const visitor = await new Visitor().signIn();
  visitor.engine.bills = [bill()];
  visitor.engine.methods = [method()];
  const paid = payment({ state: "charging", mandateId: null, route: "manual" });
  visitor.engine.answers.set("POST /v1/payments", () => ({ status: 201, body: paid }));
  return { visitor, page: await visitor.page(payPath) };
}

function fieldsOf(page: string): URLSearchParams {
  const body = new URLSearchParams();
  const form = new RegExp(`action="${payPath}"[^>]*>([\\s\\S]*?)</form>`).exec(page)?.[1] ?? "";
  for (const [, name = "", value = ""] of form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    body.set(name, value);
  }
  body.set("method", code("C"));
  return body;
}

test("a form without its session's token does nothing", async () => {
  const { visitor, page } = await readyToPay();
  const body = fieldsOf(page);
  body.delete("token");
  expect((await visitor.post(payPath, body)).status).toBe(403);
  body.set("token", "AAAA");
  expect((await visitor.post(payPath, body)).status).toBe(403);
  expect(visitor.engine.commands()).toEqual([]);
});

test("a token of another session does nothing", async () => {
  const { page } = await readyToPay();
  const { visitor } = await readyToPay();
  await visitor.signIn({ id: "session-2" });
  expect((await visitor.post(payPath, fieldsOf(page))).status).toBe(403);
  expect(visitor.engine.commands()).toEqual([]);
});

test("a form that another site sends does nothing, even with the right token", async () => {
  const { visitor, page } = await readyToPay();
  const answer = await visitor.post(payPath, fieldsOf(page), { origin: "https://evil.example" });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain("Ничего не сделано и не списано");
  expect(visitor.engine.commands()).toEqual([]);
});

test("a double click is one action: both halves have one key; a changed choice has another", async () => {
  const { visitor, page } = await readyToPay();
  const body = fieldsOf(page);
  await visitor.post(payPath, body);
  await visitor.post(payPath, body);
  body.set("method", "other-card");
  await visitor.post(payPath, body);
  const keys = visitor.engine.commands().map(({ key }) => key);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[0]);
  const again = fieldsOf(await visitor.page(payPath));
  expect(again.get("once")).not.toBe(fieldsOf(page).get("once"));
});

test("the second half of a double click waits for the first one's answer", async () => {
  const { visitor, page } = await readyToPay();
  let busy = 2;
  visitor.engine.answers.set("POST /v1/payments", () =>
    busy-- > 0
      ? { status: 409, body: problem(409, "idempotency-key-in-flight") }
      : { status: 201, body: payment({ state: "paid", paidAt: "2026-11-25T06:00:00Z" }) },
  );
  const answer = await visitor.post(payPath, fieldsOf(page));
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `/payments/${code("P")}`]);
  expect(new Set(visitor.engine.commands().map(({ key }) => key)).size).toBe(1);
});

test("what is paid is what was shown: amount and method come from the page, in the payer's name, by the web", async () => {
  const { visitor, page } = await readyToPay();
  expect(page).toContain("5 123,45 ₽");
  const answer = await visitor.submit(page, payPath, { method: code("C") });
  expect(answer.status).toBe(303);
  const [command] = visitor.engine.commands();
  expect(command?.body).toEqual({
    billId: code("1"),
    amount: { amountMinor: 512_345, currency: "RUB" },
    methodId: code("C"),
  });
  expect(command?.headers.get("authorization")).toBe("Bearer token");
  expect(command?.headers.get("x-kvitok-channel")).toBe("web");
});

test("a bill that changed meanwhile is shown anew instead of being paid", async () => {
  const { visitor, page } = await readyToPay();
  visitor.engine.answers.set("POST /v1/payments", () => ({
    status: 409,
    body: problem(409, "bill-changed"),
  }));
  visitor.engine.bills = [bill({ amount: { amountMinor: 600_000, currency: "RUB" }, version: 2 })];
  const answer = await visitor.submit(page, payPath, { method: code("C") });
  expect(answer.status).toBe(422);
  const shown = (await answer.text()).replaceAll("\u00a0", " ");
  expect(shown).toContain("6 000,00 ₽");
  expect(shown).toContain("Счёт изменился");
});

test("who is not signed in is led to sign in and back, and sends nothing", async () => {
  const visitor = new Visitor();
  const asked = await visitor.get(payPath);
  expect(asked.headers.get("location")).toBe(`/sign-in?returnTo=${encodeURIComponent(payPath)}`);
  const posted = await visitor.post(payPath, new URLSearchParams({ amount: "1" }));
  expect([posted.status, posted.headers.get("location")]).toEqual([303, "/sign-in?returnTo=%2F"]);
  expect(visitor.engine.asked).toEqual([]);
});

test("bodies that are no small form are refused", async () => {
  const { visitor } = await readyToPay();
  const big = await visitor.post(payPath, new URLSearchParams({ junk: "x".repeat(70_000) }));
  expect(big.status).toBe(413);
  const json = await visitor.post(payPath, new URLSearchParams(), { "content-type": "application/json" });
  expect(json.status).toBe(403);
});

test("a session that the API no longer accepts leads to a new sign-in", async () => {
  const { visitor } = await readyToPay();
  visitor.engine.answers.set("GET /v1/methods", () => ({
    status: 401,
    body: problem(401, "unauthenticated"),
  }));
  const answer = await visitor.get("/methods");
  expect(answer.headers.get("location")).toBe("/sign-in?returnTo=%2Fmethods");
  expect(visitor.cookies()).not.toContain("kvitok-session");
});

test("by another name of this machine one is led to the public one, because cookies belong to one host", async () => {
  const web = new Visitor({ url: publicUrl });
  const answer = await web.fetch(new Request("http://localhost:4600/methods?x=1"));
  expect([answer.status, answer.headers.get("location")]).toEqual([307, `${publicUrl}/methods?x=1`]);
});

test("no path of ours leads to another site, whatever slashes and escapes it is written with", async () => {
  const web = new Visitor({ url: publicUrl });
  const led = await web.fetch(new Request("http://localhost:4600//evil.example/x"));
  expect(new URL(led.headers.get("location") ?? "", publicUrl).origin).toBe(publicUrl);
  const visitor = await new Visitor().signIn();
  for (const path of [
    "//evil.example/",
    "/mandates/%0d%0aset-cookie:x/consent",
    "/payments/%2f%2fevil.example",
  ]) {
    const answer = await visitor.get(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toMatch(/href="(https?:)?\/\//);
  }
  expect(visitor.engine.asked).toEqual([]);
});

test("a picture is taken where the QR of a bill is read and nowhere else, with the token of its session, up to its size", async () => {
  const { visitor, page } = await readyToPay();
  const token = fieldsOf(page).get("token") ?? "";
  const form = (bytes: number, withToken = true) => {
    const body = new FormData();
    if (withToken) body.set("token", token);
    body.set("picture", new Blob([new Uint8Array(bytes)], { type: "image/png" }), "bill.png");
    return body;
  };
  const status = async (path: string, body: FormData) => (await visitor.post(path, body)).status;
  const isTaken = (code: number) => code !== 403 && code !== 413;
  expect(isTaken(await status(scanningPath, form(5 * 1024 * 1024)))).toBe(true);
  expect(await status(scanningPath, form(5 * 1024 * 1024 + 64 * 1024))).toBe(413);
  expect(await status(scanningPath, form(9, false))).toBe(403);
  expect(await status(payPath, form(9))).toBe(403);
  const broken = { "content-type": "multipart/form-data; boundary=none" };
  expect((await visitor.post(scanningPath, new URLSearchParams({ token }), broken)).status).toBe(403);
  expect(visitor.engine.commands()).toEqual([]);
});
