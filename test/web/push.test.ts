import { beforeEach, describe, expect, test } from "vitest";
import type { PushDevices } from "../../api/client.ts";
import { code } from "./fake-engine.ts";
import { Visitor } from "./visitor.ts";

const device = {
  id: code("D"),
  endpointHash: "a".repeat(64),
  device: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  createdAt: "2026-11-24T06:00:00.000Z",
  acceptedAt: "2026-11-24T07:00:00.000Z",
  shownAt: null,
};

let anna: Visitor;
let push: PushDevices;
beforeEach(async () => {
  anna = await new Visitor().signIn();
  push = { items: [device], nextCursor: null, publicKey: "BKey", amountsShown: false };
  anna.engine.answers.set("GET /v1/me/push-devices", () => ({ status: 200, body: push }));
});

describe("notifications on devices", () => {
  test("are explained before anybody is asked, and the profile leads there", async () => {
    expect(await anna.page("/profile")).toContain('href="/profile/push"');
    const html = await anna.page("/profile/push");
    expect(html.indexOf("Браузер спросит разрешения")).toBeGreaterThan(0);
    expect(html.indexOf("Браузер спросит разрешения")).toBeLessThan(
      html.indexOf("Включить уведомления здесь"),
    );
    expect(html).toContain('data-key="BKey"');
    expect(html).toContain(`data-own="${device.endpointHash}"`);
    expect(html).toContain("Firefox, Linux");
  });

  test("say so where the operator has not switched them on; devices can still be removed", async () => {
    push = { ...push, publicKey: null };
    const html = await anna.page("/profile/push");
    expect(html).not.toContain("<push-opt-in");
    expect(html).toContain("Владелец сервиса не включил");
    expect(html).toContain(`action="/profile/push/devices/${device.id}/remove"`);
  });

  test("are kept with what the browser gave, removed, and hidden, each by a plain form", async () => {
    const html = await anna.page("/profile/push");
    anna.engine.answers.set("POST /v1/me/push-devices", () => ({ status: 201, body: device }));
    const fields = { endpoint: "https://push.example.org/1", p256dh: "B", auth: "a" };
    await anna.submit(html, "/profile/push/devices", fields);
    anna.engine.answers.set(`DELETE /v1/me/push-devices/${device.id}`, () => ({ status: 200, body: push }));
    await anna.submit(html, `/profile/push/devices/${device.id}/remove`);
    anna.engine.answers.set("PATCH /v1/me/push-devices", () => ({ status: 200, body: push }));
    const saved = await anna.submit(html, "/profile/push/lock-screen", { amounts: "yes" });
    expect(saved.headers.get("location")).toBe("/profile/push");
    expect(anna.engine.commands().map(({ method, path, body }) => [method, path, body])).toEqual([
      [
        "POST",
        "/v1/me/push-devices",
        { endpoint: "https://push.example.org/1", keys: { p256dh: "B", auth: "a" } },
      ],
      ["DELETE", `/v1/me/push-devices/${device.id}`, undefined],
      ["PATCH", "/v1/me/push-devices", { amountsShown: true }],
    ]);
    expect(await anna.page("/profile/push")).toContain("Настройка экрана блокировки сохранена.");
  });

  test("come by a worker over the whole site, asked for anew each time, which reaches nobody but us", async () => {
    const worker = await new Visitor().get("/sw.js");
    expect(worker.status).toBe(200);
    expect(worker.headers.get("content-type")).toContain("text/javascript");
    expect(worker.headers.get("cache-control")).toBe("no-cache");
    expect(worker.headers.get("content-security-policy")).toContain("connect-src 'self'");
  });
});
