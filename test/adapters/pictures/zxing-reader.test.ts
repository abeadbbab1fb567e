import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PictureReading } from "../../../adapters/pictures/port.ts";
import { pictureSize } from "../../../adapters/pictures/zxing/picture-size.ts";
import { zxingReader } from "../../../adapters/pictures/zxing/reader.ts";
import { paperOf } from "../../api/support/finding-world.ts";
import {
  besideEachOther,
  boastfulPng,
  drawQr,
  noise,
  paymentQrBytes,
  png,
} from "../../support/qr-picture.ts";

// A busy machine is no hostile picture.
const patient = zxingReader({ withinMs: 60_000 });
const codesOf = (reading: PictureReading) =>
  reading.outcome === "read"
    ? reading.codes.map((code) => Buffer.from(code).toString("hex")).sort()
    : reading.outcome;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test.each(["windows-1251", "utf-8", "koi8-r"] as const)(
  "the bytes of a code in %s come out as they went in",
  async (encoding) => {
    const bytes = paymentQrBytes(encoding);
    expect(codesOf(await patient.read(png(drawQr(bytes))))).toEqual([hex(bytes)]);
  },
);

test("the paper bill in the documents is one that the demonstration can be tried with", async () => {
  const picture = await readFile(new URL("../../../docs/pictures/paper-bill.png", import.meta.url));
  expect(codesOf(await patient.read(picture))).toEqual([hex(paperOf())]);
});

test("every code of a picture is found, also two payment codes side by side", async () => {
  const [one, two] = [paymentQrBytes("windows-1251"), paymentQrBytes("windows-1251", { Sum: "522345" })];
  const picture = png(besideEachOther(drawQr(one), drawQr(two)));
  expect(codesOf(await patient.read(picture))).toEqual([hex(one), hex(two)].sort());
});

test("a picture without a code has none, and a broken or foreign file is unreadable", async () => {
  expect(codesOf(await patient.read(png(noise(200))))).toEqual([]);
  const good = png(drawQr(paymentQrBytes("utf-8")));
  const [half, text] = [good.slice(0, good.length / 2), new Uint8Array(Buffer.from("<svg/>"))];
  for (const bytes of [half, text, new Uint8Array()])
    expect(codesOf(await patient.read(bytes))).toBe("unreadable");
  expect(codesOf(await patient.read(boastfulPng(0, 5)))).toBe("unreadable");
});

test("a small file that claims to be a picture of gigabytes is refused before it is unpacked", async () => {
  expect(codesOf(await patient.read(boastfulPng(60_000, 60_000)))).toBe("too-large");
  expect(codesOf(await patient.read(boastfulPng(25_000_001, 1)))).toBe("too-large");
});

test("a picture that takes too long is ended, and the next one is read", async () => {
  expect(codesOf(await zxingReader({ withinMs: 1 }).read(png(noise(900))))).toBe("too-slow");
  const bytes = paymentQrBytes("utf-8");
  expect(codesOf(await patient.read(png(drawQr(bytes))))).toEqual([hex(bytes)]);
});

test("while a picture is read the process does its other work, and what cannot wait is told at once", async () => {
  const reader = zxingReader({ withinMs: 60_000, mostWaiting: 1 });
  const picture = png(noise(900));
  let turns = 0;
  let isReading = true;
  const all = Promise.all([reader.read(picture), reader.read(picture), reader.read(picture)]).finally(
    () => (isReading = false),
  );
  while (isReading) {
    await turn();
    turns += 1;
  }
  expect((await all).map(codesOf)).toEqual([[], [], "busy"]);
  expect(turns).toBeGreaterThan(100);
});

test("the size of a JPEG is found behind tables, comments and fill bytes, and never beyond the file", () => {
  const of = (...bytes: number[]) => pictureSize(Uint8Array.from(bytes));
  const frame = [0xff, 0xc2, 0, 11, 8, 0x02, 0x80, 0x01, 0xe0, 1, 1, 0x11, 0];
  expect(of(0xff, 0xd8, 0xff, 0xfe, 0, 4, 1, 2, 0xff, ...frame)).toEqual({ width: 480, height: 640 });
  expect(of(0xff, 0xd8, 0xff, 0xc4, 0, 4, 1, 2, ...frame)).toEqual({ width: 480, height: 640 });
  expect(of(0xff, 0xd8, ...frame.slice(0, 6))).toBeUndefined();
  expect(of(0xff, 0xd8, 1, 2, 3, ...frame)).toBeUndefined();
  expect(of(0xff, 0xd8, ...Array.from({ length: 5000 }, () => 0xff))).toBeUndefined();
});
