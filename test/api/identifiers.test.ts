import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PictureReading } from "../../adapters/pictures/port.ts";
import { createClient } from "../../api/client.ts";
import {
  besideEachOther,
  boastfulPng,
  drawQr,
  noise,
  paperFields,
  paymentQrBytes,
  png,
} from "../support/qr-picture.ts";
import {
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const octets = { "content-type": "application/octet-stream" };
const picture = { "content-type": "image/png" };
const clientOf = (who: Person, api: Pick<ApiUnderTest, "api"> = under) =>
  createClient({
    baseUrl: "https://pay.city.example",
    token: who.token,
    locale: "ru",
    fetch: async (request) => api.api.fetch(request, {}),
  });

/** Sends bytes as they are. */
async function post(path: string, bytes: Uint8Array, headers: Record<string, string>, api = under) {
  const response = await api.api.request(path, {
    method: "POST",
    headers: { authorization: `Bearer ${anna.token}`, ...headers },
    body: new Uint8Array(bytes),
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

describe("POST /v1/identify", () => {
  test("200: every kind that the text may be, with the reason in the caller's language; nothing is written", async () => {
    const before = await countRows(under);
    const { candidates } = await clientOf(anna).identify({ text: "7705401341" });
    expect(candidates.map(({ kind, valid }) => [kind, valid])).toContainEqual(["inn", false]);
    expect(candidates[0]).toEqual({
      kind: "inn",
      value: "7705401341",
      valid: false,
      reason: {
        code: "check-digit",
        at: 10,
        character: "1",
        count: 10,
        expected: null,
        field: null,
        detail: expect.stringMatching(/^Контрольный знак не сходится \(место 10, «1»\)/),
      },
    });
    expect(await countRows(under)).toEqual(before);
  });

  test("200: an account is proved by the BIC beside it, and nothing at all is no failure", async () => {
    const text = "40702810138250123017";
    const account = async (bic?: string) =>
      (await clientOf(anna).identify({ text, ...(bic === undefined ? {} : { bic }) })).candidates.find(
        ({ kind }) => kind === "account",
      );
    expect(await account("0445 25225")).toMatchObject({ valid: true });
    expect(await account("044525974")).toMatchObject({ reason: { code: "account-key" } });
    expect(await account()).toMatchObject({ reason: { code: "bic-needed" } });
    expect(await clientOf(anna).identify({ text: "" })).toEqual({ candidates: [] });
  });

  test("401 without a token; 422 for a BIC that is none, a text too long and an unknown field", async () => {
    expect((await ask(under, null, "POST /v1/identify", { body: { text: "1" } })).status).toBe(401);
    const refused = async (body: unknown) => {
      const answer = await ask(under, anna, "POST /v1/identify", { body, key: null });
      return [
        answer.status,
        (answer.body["errors"] as { field: string; code: string }[]).map(({ field, code }) => [field, code]),
      ];
    };
    expect(await refused({ text: "1", bic: "04452522" })).toEqual([422, [["bic", "identifier-misshapen"]]]);
    expect(await refused({ text: "1".repeat(4097) })).toEqual([422, [["text", "payload-invalid"]]]);
    expect(await refused({ text: "1", who: "me" })).toEqual([422, [["who", "payload-invalid"]]]);
  });
});

describe("POST /v1/payment-qr", () => {
  test.each(["windows-1251", "utf-8", "koi8-r"] as const)(
    "200: the very bytes in %s, every number proved",
    async (encoding) => {
      const qr = await clientOf(anna).readPaymentQr(paymentQrBytes(encoding));
      expect(qr).toMatchObject({
        encoding,
        fields: paperFields,
        amount: { amountMinor: 512_345, currency: "RUB" },
        problems: [],
        sound: true,
      });
      expect(qr.candidates.map(({ field, kind, valid }) => [field, kind, valid])).toEqual([
        ["PersonalAcc", "account", true],
        ["BIC", "bic", true],
        ["CorrespAcc", "account", true],
        ["PayeeINN", "inn", true],
        ["PersAcc", "epd-payer-code", true],
      ]);
    },
  );

  test("200: base64 in JSON is the same question", async () => {
    const base64 = Buffer.from(paymentQrBytes("koi8-r")).toString("base64");
    const answer = await ask(under, anna, "POST /v1/payment-qr", { body: { base64 }, key: null });
    expect(answer).toMatchObject({ status: 200, body: { encoding: "koi8-r", fields: paperFields } });
  });

  test("200: what is wrong names its field, in words", async () => {
    const bytes = paymentQrBytes("utf-8", { PayeeINN: "7705401341", UIN: "18810123456789012346" });
    const { body } = await post("/v1/payment-qr", bytes, { ...octets, "accept-language": "en" });
    expect(body).toMatchObject({
      sound: false,
      problems: [
        {
          field: "PayeeINN",
          code: "check-digit",
          at: 10,
          detail: expect.stringMatching(/^Payee’s INN: The check digit/),
        },
        { field: "UIN", code: "check-digit", at: 20 },
      ],
    });
  });

  test("422 for what is no payment code, saying by what that is seen", async () => {
    const { status, body } = await post("/v1/payment-qr", Buffer.from("https://city.example/pay"), octets);
    expect([status, body["code"]]).toEqual([422, "qr-not-payment"]);
    expect(body["errors"]).toMatchObject([
      { field: "content", detail: expect.stringContaining("начинается с ST") },
    ]);
    expect((await post("/v1/payment-qr", new Uint8Array(), octets)).status).toBe(422);
  });

  test("400, 401, 413, 415, 422 for bodies that are none", async () => {
    const line = "POST /v1/payment-qr";
    const status = async (asked: Parameters<typeof ask>[3]) =>
      (await ask(under, anna, line, { key: null, ...asked })).status;
    expect(await status({ raw: "{" })).toBe(400);
    expect((await ask(under, null, line, { body: { base64: "" } })).status).toBe(401);
    expect((await post("/v1/payment-qr", new Uint8Array(4097), octets)).status).toBe(413);
    expect(await status({ body: { base64: "A".repeat(9_000) } })).toBe(413);
    expect(
      await status({ raw: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }),
    ).toBe(415);
    expect(await status({ body: { base64: "не base64" } })).toBe(422);
    expect(await status({ body: { base64: "", more: 1 } })).toBe(422);
  });
});

describe("POST /v1/payment-qr/picture", () => {
  test("200: a picture of a code in Windows-1251 becomes its fields", async () => {
    const read = await clientOf(anna).readPaymentQrPicture(
      png(drawQr(paymentQrBytes("windows-1251"))),
      "image/png",
    );
    expect(read).toMatchObject({
      otherCodes: 0,
      items: [{ encoding: "windows-1251", fields: paperFields, sound: true }],
    });
  });

  test("200: a bill with two payment codes answers both, and counts the others", async () => {
    const sheet = besideEachOther(
      drawQr(paymentQrBytes("windows-1251")),
      drawQr(Buffer.from("https://city.example")),
      drawQr(paymentQrBytes("windows-1251", { Sum: "522345" })),
    );
    const { items, otherCodes } = await clientOf(anna).readPaymentQrPicture(png(sheet), "image/png");
    expect(new Set(items.map(({ amount }) => amount?.amountMinor))).toEqual(new Set([512_345, 522_345]));
    expect(otherCodes).toBe(1);
  });

  test("422: no code, none to pay by, no picture, a picture too large", async () => {
    const code = async (bytes: Uint8Array) => {
      const { status, body } = await post("/v1/payment-qr/picture", bytes, picture);
      expect([status, body["detail"]]).toEqual([422, expect.stringMatching(/[а-я]/)]);
      return body["code"];
    };
    expect(await code(png(noise(100)))).toBe("picture-without-qr");
    expect(await code(png(drawQr(Buffer.from("https://city.example"))))).toBe("qr-not-payment");
    expect(await code(Buffer.from("GIF89a"))).toBe("picture-unreadable");
    expect(await code(boastfulPng(50_000, 50_000))).toBe("picture-too-large");
  });

  test("401 without a token, 413 above 5 MB, 415 for another type", async () => {
    const big = new Uint8Array(5 * 1024 * 1024 + 1);
    expect((await post("/v1/payment-qr/picture", big, picture)).status).toBe(413);
    expect(
      (await post("/v1/payment-qr/picture", big.slice(0, 9), { "content-type": "image/svg+xml" })).status,
    ).toBe(415);
    expect(
      (await ask(under, null, "POST /v1/payment-qr/picture", { raw: "x", headers: picture })).status,
    ).toBe(401);
  });

  test("422 when it takes too long, 503 when too many wait, 429 for a second one of the same person meanwhile", async () => {
    const asked: ((reading: PictureReading) => void)[] = [];
    let begun: () => void = () => undefined;
    const pictures = {
      read: () =>
        new Promise<PictureReading>((resolve) => {
          asked.push(resolve);
          begun();
        }),
    };
    const slow = await startApi({ pictures });
    anna = await signIn(slow, "anna");
    const send = () => post("/v1/payment-qr/picture", new Uint8Array(9), picture, slow);
    for (const [outcome, status, code] of [
      ["too-slow", 422, "picture-too-slow"],
      ["busy", 503, "temporarily-unavailable"],
    ] as const) {
      const isRead = new Promise<void>((resolve) => (begun = resolve));
      const first = send();
      await isRead;
      const second = await send();
      expect([second.status, second.headers.get("retry-after")]).toEqual([429, "1"]);
      asked.at(-1)?.({ outcome });
      expect(await first).toMatchObject({ status, body: { code } });
    }
    expect(asked).toHaveLength(2);
    await slow.close();
    anna = await signIn(under, "anna");
  });
});
