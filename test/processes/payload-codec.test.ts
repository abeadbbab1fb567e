import { randomBytes } from "node:crypto";
import { defaultPayloadConverter } from "@temporalio/common";
import { describe, expect, test } from "vitest";
import type { KeyRing } from "../../db/sealed.ts";
import { createPayloadCodec } from "../../processes/payload-codec.ts";

const key = () => randomBytes(32);
const ring = (active: string, keys: Record<string, Buffer>): KeyRing => ({
  active,
  keys: new Map(Object.entries(keys)),
});

describe("payloads in histories", () => {
  const first = key();
  const payload = defaultPayloadConverter.toPayload({ paymentId: "KV-7F3K-9Q2M-X4TB", amountMinor: 512_345 });

  test("show nothing in the clear and come back as they were", async () => {
    const codec = createPayloadCodec(ring("a", { a: first }));
    const [encoded] = await codec.encode([payload]);
    expect(Buffer.from(encoded?.data ?? []).toString("latin1")).not.toContain("KV-7F3K");
    const [decoded] = await codec.decode(encoded ? [encoded] : []);
    expect(defaultPayloadConverter.fromPayload(decoded ?? {})).toEqual({
      paymentId: "KV-7F3K-9Q2M-X4TB",
      amountMinor: 512_345,
    });
  });

  test("of an old key stay readable after the key was changed", async () => {
    const [old] = await createPayloadCodec(ring("a", { a: first })).encode([payload]);
    const rotated = createPayloadCodec(ring("b", { b: key(), a: first }));
    const [decoded] = await rotated.decode(old ? [old] : []);
    expect(Buffer.from(decoded?.data ?? [])).toEqual(Buffer.from(payload.data ?? []));
  });

  test("that were changed, or whose key is unknown, are refused", async () => {
    const codec = createPayloadCodec(ring("a", { a: first }));
    const [encoded] = await codec.encode([payload]);
    const data = Buffer.from(encoded?.data ?? []);
    data.writeUInt8(data.readUInt8(20) ^ 1, 20);
    await expect(codec.decode([{ metadata: encoded?.metadata ?? {}, data }])).rejects.toThrow(/authenticate/);
    await expect(
      createPayloadCodec(ring("b", { b: key() })).decode(encoded ? [encoded] : []),
    ).rejects.toThrow(/no payload key/);
  });

  test("that somebody else wrote pass through", async () => {
    const codec = createPayloadCodec(ring("a", { a: first }));
    expect(await codec.decode([payload])).toEqual([payload]);
  });
});
