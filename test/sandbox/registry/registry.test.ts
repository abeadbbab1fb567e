import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import { type Registry, startRegistry } from "../../../sandbox/registry/registry.tsx";
import { comparable, fixtureText, seededCharges } from "../../adapters/gis-gmp/fixtures.ts";
import { fine } from "../../contracts/bill-source/desk.ts";

let folder: string;
let registry: Registry;
const open = (): Promise<Registry> => startRegistry({ port: 0, dataDir: folder, participants: ["aa11b4"] });
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kvitok-registry-"));
  registry = await open();
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await control("DELETE", "/charges");
  await control("DELETE", "/faults");
});

async function control(method: string, route: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${registry.url}/control${route}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

async function exchange(document: string): Promise<string> {
  const response = await fetch(registry.exchangeUrl, { method: "POST", body: document });
  return response.text();
}

async function seed(): Promise<void> {
  for (const { charge, payments } of seededCharges()) {
    await control("POST", "/charges", charge);
    for (const payment of payments)
      await control("POST", `/charges/${encodeURIComponent(charge.uin)}/pay`, payment);
  }
}

describe("the registry speaks by the committed documents", () => {
  test("the loaded charges, asked for by number, are the committed answer", async () => {
    await seed();
    const answer = await exchange(fixtureText("requests/by-uin.xml"));
    expect(comparable(answer)).toEqual(comparable(fixtureText("answers/one-of-each.xml")));
    expect(answer).toMatch(/ RqId="R_1" /);
    expect(answer).toMatch(/ timestamp="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+03:00"/);
  });

  test("charges that do not exist are the committed answer without charges", async () => {
    expect(comparable(await exchange(fixtureText("requests/by-uin.xml")))).toEqual(
      comparable(fixtureText("answers/empty.xml")),
    );
  });

  test.each([
    // of the payers: unpaid ones in March; the organisation's by INN and KPP, too
    ["requests/by-payer.xml", 7],
    ["requests/by-inn.xml", 1],
    ["requests/by-time.xml", 12],
  ])("%s finds %d", async (name, count) => {
    await seed();
    const answer = await exchange(fixtureText(name));
    expect([...answer.matchAll(/<ns0:ChargeInfo /g)]).toHaveLength(count);
  });

  test("a request of an older version is answered in that version", async () => {
    const answer = await exchange(fixtureText("requests/by-uin.xml").replaceAll("2.2.0", "2.1.1"));
    expect(answer).toContain("export-charges/2.1.1");
    expect(answer).not.toContain("2.2.0");
  });

  test.each<[string, string, (text: string) => string]>([
    ["a stranger", "21", (text) => text.replace("aa11b4", "aa11b5")],
    ["a role that does not exist", "30", (text) => text.replace('senderRole="18"', 'senderRole="26"')],
    ["a page longer than a hundred", "11", (text) => text.replace('pageLength="100"', 'pageLength="101"')],
    ["a kind that does not exist", "11", (text) => text.replace("CHARGESTATUS", "CHARGES")],
    [
      "more than a hundred numbers",
      "11",
      (text) => text.replace(/(<sc:SupplierBillID>[\s\S]*SupplierBillID>)/, (uins) => uins.repeat(10)),
    ],
  ])("%s is refused with code %s", async (_name, code, change) => {
    const answer = await exchange(change(fixtureText("requests/by-uin.xml")));
    expect(answer).toContain(`<smev:StatusCode>${code}</smev:StatusCode>`);
  });

  test("who may not ask by time is refused, and what is no request is not guessed at", async () => {
    const byTime = fixtureText("requests/by-time.xml").replace('senderRole="22"', 'senderRole="18"');
    expect(comparable(await exchange(byTime))).toEqual(comparable(fixtureText("answers/status-30.xml")));
    for (const nonsense of ["", "<a/>", "{}", fixtureText("answers/empty.xml")]) {
      expect(await exchange(nonsense)).toContain("<smev:RejectionReasonCode>FAILURE<");
    }
  });
});

describe("the registry remembers", () => {
  test("what happened before a restart, its clock too", async () => {
    await seed();
    await control("POST", "/clock", { offsetMs: 86_400_000 });
    await registry.close();
    registry = await open();
    expect(comparable(await exchange(fixtureText("requests/by-uin.xml")))).toEqual(
      comparable(fixtureText("answers/one-of-each.xml")),
    );
    expect(registry.book.nowMs() - Date.now()).toBeGreaterThan(86_000_000);
    await control("POST", "/clock", { offsetMs: 0 });
  });

  test("what it was asked, with the numbers, and which fault it gave", async () => {
    const before = (await control("GET", "/requests")) as readonly { number: number }[];
    await control("POST", "/faults", { fault: { kind: "need-re-request" } });
    await exchange(fixtureText("requests/by-inn.xml"));
    expect(await control("GET", `/requests?since=${before.at(-1)?.number ?? 0}`)).toMatchObject([
      {
        fault: "need-re-request",
        question: { inns: ["7707083893"], kind: "CHARGESTATUS", page: { number: 1 } },
      },
    ]);
  });
});

describe("money in the registry", () => {
  const paid = async (
    charge: Readonly<Record<string, unknown>>,
    payment: Readonly<Record<string, unknown>>,
  ) => {
    const { uin } = (await control("POST", "/charges", fine(charge))) as { uin: string };
    return (await control("POST", `/charges/${uin}/pay`, payment)) as { left: number; matched: string };
  };

  test.each([
    ["size", "25", 56_250],
    ["fixed", "18750", 56_250],
    ["multiplier", "0.75", 56_250],
  ])(
    "the sum less its discount (%s) settles a charge in time, and not a day later",
    async (kind, value, amountKopecks) => {
      const discount = { kind, value, expiry: "2026-04-09" };
      const inTime = { amountKopecks, paidAt: "2026-04-09T23:59:00+03:00" };
      expect(await paid({ discount }, inTime)).toMatchObject({ left: 0, matched: "1" });
      const late = { amountKopecks, paidAt: "2026-04-10T00:01:00+03:00" };
      expect(await paid({ discount }, late)).toMatchObject({ left: 18_750, matched: "2" });
      const short = { amountKopecks: amountKopecks - 1, paidAt: "2026-04-09T12:00:00+03:00" };
      expect(await paid({ discount }, short)).toMatchObject({ left: 18_751, matched: "2" });
    },
  );

  test("the same payment reported twice is one payment", async () => {
    const { uin } = (await control("POST", "/charges", fine())) as { uin: string };
    const payment = { amountKopecks: 10_000, paymentId: "10445252250000001403202600000001" };
    await control("POST", `/charges/${uin}/pay`, payment);
    expect(await control("POST", `/charges/${uin}/pay`, payment)).toMatchObject({ left: 65_000 });
  });

  test("numbers that it makes are proved by the engine's own rule", async () => {
    for (let made = 0; made < 40; made += 1) {
      const { uin } = (await control("POST", "/charges", fine())) as { uin: string };
      expect(parseUin(uin)).toMatchObject({ ok: true, value: uin });
    }
  });
});

describe("who has subscribed is told of changes", () => {
  test("once each, and again the same when asked to", async () => {
    const heard: string[] = [];
    const subscriber = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        heard.push(body);
        response.end("<ok/>");
      });
    });
    await new Promise<void>((done) => subscriber.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}/`;
    await control("POST", "/subscription", { url });
    const { uin } = (await control("POST", "/charges", fine())) as { uin: string };
    await control("POST", `/charges/${uin}/annul`);
    await control("POST", "/subscription", { url: "" });
    await control("POST", `/charges/${uin}/reinstate`);
    expect(heard).toHaveLength(2);
    expect(heard[1]).toContain(`supplierBillID="${uin}"`);
    expect(heard[1]).toContain("<com:Meaning>3</com:Meaning>");

    const [first] = (await control("GET", "/notices")) as readonly { id: string; body: string }[];
    await control("POST", "/subscription", { url });
    await control("POST", `/notices/${first?.id ?? ""}/send`);
    expect(heard[2]).toBe(first?.body);
    await control("POST", "/subscription", { url: "" });
    await new Promise((done) => subscriber.close(done));
  });
});

describe("people can look at it", () => {
  test("a page lists charges and what was asked; a charge can be paid, annulled and brought back there", async () => {
    const { uin } = (await control(
      "POST",
      "/charges",
      fine({ discount: { kind: "size", value: "25", expiry: "0" } }),
    )) as {
      uin: string;
    };
    await exchange(fixtureText("requests/by-inn.xml"));
    const list = await (await fetch(registry.url)).text();
    expect(list).toContain(`<a href="/charges/${uin}">${uin}</a>`);
    expect(list).toContain("562.50 ₽");
    expect(list).toContain("CHARGESTATUS by 7707083893, page 1");
    for (const [verb, shows] of [
      ["annul", "annulled"],
      ["reinstate", "un-annulled"],
      ["pay", "matched"],
    ]) {
      const page = await fetch(`${registry.url}/charges/${uin}/${verb}`, { method: "POST" });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain(shows);
    }
    expect((await fetch(`${registry.url}/charges/0`)).status).toBe(404);
  });

  test("orders that cannot be carried out are refused with the reason", async () => {
    await expect(control("POST", "/charges/0/pay")).rejects.toThrow("404");
    await expect(control("POST", "/charges", { uin: 1 })).rejects.toThrow("422");
    await expect(control("POST", "/faults", { fault: { kind: "unheard-of" } })).rejects.toThrow("422");
  });
});
