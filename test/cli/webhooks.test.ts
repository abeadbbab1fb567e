import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../cli/run.ts";
import { type ApiUnderTest, type Person, signIn, startApi } from "../api/support/api-under-test.ts";

let under: ApiUnderTest;
let server: ReturnType<typeof createAdaptorServer>;
let olga: Person;
beforeAll(async () => {
  under = await startApi();
  server = createAdaptorServer({ fetch: (request, bindings) => under.api.fetch(request, bindings) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  olga = await signIn(under, "olga", { roles: ["operator"] });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await under.close();
});

async function kvitok(...line: readonly string[]) {
  const { port } = server.address() as AddressInfo;
  return runCommandLine(["webhooks", ...line], {
    KVITOK_API: `http://127.0.0.1:${port}`,
    KVITOK_TOKEN: olga.token,
  });
}

const url = "https://hooks.example.com/kvitok";

test("an address is made, looked at, tried, switched off and on, and its secret replaced, by commands alone", async () => {
  expect((await kvitok()).out).toBe("none");
  const made = await kvitok("create", url, "--type", "bill.paid", "--type", "bill.arrived", "--json");
  expect(made.complaint).toBeUndefined();
  const { id, secret } = JSON.parse(made.out ?? "") as { id: string; secret: string };
  expect(secret).toMatch(/^whsec_/);
  const listed = (await kvitok()).out;
  expect(listed).toContain(id);
  expect(listed).toContain("bill.paid,bill.arrived");
  expect(listed).not.toContain("whsec_");
  expect((await kvitok("test", id)).out).toContain("webhook.test");
  expect((await kvitok("deliveries", id, "--state", "queued")).out).toContain("webhook.test");
  expect((await kvitok("disable", id, "--reason", "maintenance")).out).toContain("disabled: maintenance");
  expect((await kvitok("enable", id)).out).toContain("active");
  expect((await kvitok("replay", id, "--since", "2020-01-01T00:00:00Z")).out).toBe("1 queued again");
  const rotated = (await kvitok("rotate", id)).out;
  expect(rotated).toContain("the secret before this one signs until");
  expect(rotated).not.toContain(secret);
  expect((await kvitok("events")).out).toContain("payment.succeeded");
});

test("what was written wrongly is told, and a refused address is named with the way out", async () => {
  expect((await kvitok("show")).code).toBe(2);
  expect((await kvitok("deliveries", "--state", "lost")).code).toBe(2);
  expect((await kvitok("invent", "x")).code).toBe(2);
  const refused = await kvitok("create", "http://hooks.example.com/in");
  expect([refused.code, refused.complaint]).toEqual([
    1,
    expect.stringContaining("url: Events travel by https"),
  ]);
});
