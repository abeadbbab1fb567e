import type { Page } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { zxingReader } from "../../adapters/pictures/zxing/reader.ts";
import { say } from "../../words/say.ts";
import { findChromium, withBrowser } from "../support/browser.ts";
import { besideEachOther, drawQr, noise, paymentQrBytes, png } from "../support/qr-picture.ts";
import { type ScanningPage, serveScanningPage } from "../web/scanning-page.tsx";

const chromium = findChromium();
let site: ScanningPage;
beforeAll(async () => {
  site = await serveScanningPage();
});
afterAll(() => site.close());
beforeEach(() => void site.sent.splice(0));

const bill = paymentQrBytes("windows-1251");
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const upload = (bytes: Uint8Array, name = "bill.png", mimeType = "image/png") => ({
  name,
  mimeType,
  buffer: Buffer.from(bytes),
});
const contents = () => site.sent.map((form) => form.list("content"));

/** Opens the page; whatever is asked of another origin, or complained about, fails the test. */
async function onPage(
  work: (page: Page) => Promise<void>,
  options: { readonly javaScriptEnabled?: boolean; readonly before?: (page: Page) => Promise<void> } = {},
): Promise<void> {
  const { before, ...rest } = options;
  await withBrowser(
    chromium ?? "",
    { locale: "ru-RU", viewport: { width: 320, height: 640 }, ...rest },
    async (context) => {
      const page = await context.newPage();
      const foreign: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (/^https?:/.test(request.url()) && !request.url().startsWith(new URL(site.url).origin))
          foreign.push(request.url());
      });
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await before?.(page);
      await page.goto(site.url);
      await work(page);
      expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
    },
  );
}

const taken = (page: Page) => page.getByRole("heading", { name: "taken" }).waitFor();
const told = (page: Page, key: "qr.reader.none" | "qr.reader.other" | "qr.reader.denied") =>
  page.getByRole("status").getByText(say("ru", key)).waitFor();

describe.skipIf(chromium === undefined)("a picture", { timeout: 180_000 }, () => {
  test("in Windows-1251 is read in the browser, and its very bytes are sent instead of it; our decoder comes from us", async () => {
    await onPage(async (page) => {
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await page.getByRole("button", { name: say("ru", "qr.reader.stop") }).isVisible()).toBe(false);
      await page.getByLabel(say("ru", "qr.reader.file")).setInputFiles(upload(png(drawQr(bill))));
      await taken(page);
    });
    expect(contents()).toEqual([[base64(bill)]]);
    expect(site.sent[0]?.file("picture")).toBeUndefined();
  });

  test("with two payment codes and an address sends both codes", async () => {
    const other = paymentQrBytes("koi8-r", { Sum: "522345" });
    const sheet = besideEachOther(drawQr(bill), drawQr(Buffer.from("https://city.example")), drawQr(other));
    await onPage(async (page) => {
      await page.getByLabel(say("ru", "qr.reader.file")).setInputFiles(upload(png(sheet)));
      await taken(page);
    });
    expect(contents()[0]?.toSorted()).toEqual([base64(bill), base64(other)].sort());
  });

  test("without a code, and with one that is no bill's, is told so, and can be sent as it is", async () => {
    const address = upload(png(drawQr(Buffer.from("https://city.example"))));
    await onPage(async (page) => {
      const field = page.getByLabel(say("ru", "qr.reader.file"));
      await field.setInputFiles(upload(png(noise(120))));
      await told(page, "qr.reader.none");
      await field.setInputFiles(address);
      await told(page, "qr.reader.other");
      await page.getByRole("button", { name: say("ru", "qr.reader.send") }).click();
      await taken(page);
    });
    expect(site.sent[0]?.file("picture")?.bytes).toEqual(new Uint8Array(address.buffer));
  });

  test("without script is sent as it is, with its session's token", async () => {
    const picture = upload(png(drawQr(bill)));
    await onPage(
      async (page) => {
        await page.getByLabel(say("ru", "qr.reader.file")).setInputFiles(picture);
        expect(await page.locator("qr-reader button:visible").count()).toBe(1);
        await page.getByRole("button", { name: say("ru", "qr.reader.send") }).click();
        await taken(page);
      },
      { javaScriptEnabled: false },
    );
    expect(site.sent[0]?.file("picture")).toEqual({
      bytes: new Uint8Array(picture.buffer),
      mediaType: "image/png",
    });
    expect(site.sent[0]?.text("token")).toBe("the-token");
  });

  test("as a JPEG, askew and blurred like a photograph, is read here and on the server alike", async () => {
    let photograph: Uint8Array = new Uint8Array();
    await withBrowser(chromium ?? "", { viewport: { width: 700, height: 700 } }, async (context) => {
      const page = await context.newPage();
      const source = `data:image/png;base64,${base64(png(drawQr(bill, 6)))}`;
      await page.setContent(
        `<body style="background:#998"><img src="${source}" style="margin:90px;transform:rotate(7deg);filter:blur(.6px)">`,
      );
      photograph = await page.screenshot({ type: "jpeg", quality: 60 });
    });
    const reading = await zxingReader({ withinMs: 60_000 }).read(new Uint8Array(photograph));
    expect(reading.outcome === "read" && reading.codes.map(base64)).toEqual([base64(bill)]);
    await onPage(async (page) => {
      await page
        .getByLabel(say("ru", "qr.reader.file"))
        .setInputFiles(upload(photograph, "bill.jpg", "image/jpeg"));
      await taken(page);
    });
    expect(contents()).toEqual([[base64(bill)]]);
  });
});

/** Gives the page a camera that shows a picture, and a detector of the browser's own that answers `detected`. */
function pretend(picture: Uint8Array, detected?: string) {
  const camera = `
    navigator.mediaDevices.getUserMedia = async () => {
      const bytes = Uint8Array.from(atob("${base64(picture)}"), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      const context = canvas.getContext("2d");
      setInterval(() => context.drawImage(bitmap, 0, 0), 50);
      return canvas.captureStream(20);
    };`;
  const detector = `
    globalThis.BarcodeDetector = class {
      static async getSupportedFormats() { return ["qr_code"]; }
      async detect() { return [{ rawValue: ${JSON.stringify(detected)} }]; }
    };`;
  return inPage(detected === undefined ? camera : camera + detector);
}

/** Runs a script in the page before its own. */
function inPage(content: string) {
  return async (page: Page): Promise<void> => void (await page.addInitScript({ content }));
}

describe.skipIf(chromium === undefined)("the camera", { timeout: 180_000 }, () => {
  const aim = async (page: Page) => page.getByRole("button", { name: say("ru", "qr.reader.camera") }).click();

  test("is looked through frame by frame until a bill's code is read", async () => {
    await onPage(
      async (page) => {
        await aim(page);
        await taken(page);
      },
      { before: pretend(png(drawQr(bill))) },
    );
    expect(contents()).toEqual([[base64(bill)]]);
  });

  test("with a detector of the browser's own: its text is believed where a wrong guess would show, else the bytes are read", async () => {
    const utf8 = paymentQrBytes("utf-8");
    const cases = [
      // What it really makes of Windows-1251: a guess. The bytes count.
      { picture: drawQr(bill), detected: Buffer.from(bill).toString("latin1"), sent: bill },
      { picture: drawQr(bill), detected: "", sent: bill },
      // Read well: there is no second look, the picture itself shows nothing.
      { picture: noise(120), detected: Buffer.from(utf8).toString("utf8"), sent: utf8 },
    ];
    for (const { picture, detected, sent } of cases) {
      site.sent.splice(0);
      await onPage(
        async (page) => {
          await aim(page);
          await taken(page);
        },
        { before: pretend(png(picture), detected) },
      );
      expect(contents()).toEqual([[base64(sent)]]);
    }
  });

  test("that is refused is told so; one that is switched off is off", async () => {
    await onPage(
      async (page) => {
        await aim(page);
        await told(page, "qr.reader.denied");
      },
      {
        before: inPage("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('refused'))"),
      },
    );
    await onPage(
      async (page) => {
        await aim(page);
        await page.getByRole("button", { name: say("ru", "qr.reader.stop") }).click();
        await page.getByRole("button", { name: say("ru", "qr.reader.camera") }).waitFor();
        expect(await page.locator("video").isVisible()).toBe(false);
      },
      { before: pretend(png(noise(120))) },
    );
    expect(site.sent).toEqual([]);
  });
});

test("only the page that reads codes may use the camera and compile the decoder", async () => {
  const headersOf = async (url: string) => (await fetch(url)).headers;
  const scanning = await headersOf(site.url);
  expect(scanning.get("permissions-policy")).toContain("camera=(self)");
  expect(scanning.get("content-security-policy")).toContain("script-src 'self' 'wasm-unsafe-eval';");
  const other = await headersOf(new URL("/", site.url).href);
  expect(other.get("permissions-policy")).toContain("camera=()");
  expect(other.get("content-security-policy")).toContain("script-src 'self';");
});
