import { deflateSync } from "node:zlib";
import { encode } from "uqr";
import { encodePaymentQr, type PaymentQrContent } from "../../domain/identifiers/payment-qr.ts";

/** A bill's fields as a paper would have them, every number in them valid. */
export const paperFields = {
  Name: "ТСЖ Уголок",
  PersonalAcc: "40702810138250123017",
  BankName: "ПАО Банк",
  BIC: "044525225",
  CorrespAcc: "30101810400000000225",
  PayeeINN: "7707083893",
  Purpose: "Квартплата за февраль",
  PersAcc: "1234567890",
  Sum: "512345",
} as const;

/** The bytes of a payment QR. */
export function paymentQrBytes(
  encoding: PaymentQrContent["encoding"],
  change: PaymentQrContent["fields"] = {},
): Uint8Array {
  const written = encodePaymentQr({ encoding, fields: { ...paperFields, ...change } });
  if (!written.ok) throw new Error(`${written.field}: ${written.why}`);
  return written.value;
}

/** Grey pixels, 0 black to 255 white, row by row. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly Uint8Array[];
};

/** Draws bytes as a QR code, by a library that is not the one that reads it. */
export function drawQr(bytes: Uint8Array, modulePixels = 4): Pixels {
  const { data, size } = encode([...bytes], { border: 4, ecc: "M" });
  const width = size * modulePixels;
  const rows = Array.from({ length: width }, (_, y) =>
    Uint8Array.from({ length: width }, (_, x) =>
      data[Math.floor(y / modulePixels)]?.[Math.floor(x / modulePixels)] ? 0 : 255,
    ),
  );
  return { width, height: width, rows };
}

/** Puts pictures side by side; what is lower gets white below. */
export function besideEachOther(...pictures: readonly Pixels[]): Pixels {
  const height = Math.max(...pictures.map((picture) => picture.height));
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const rows = Array.from({ length: height }, (_, y) =>
    Uint8Array.from(
      pictures.flatMap((picture) => [...(picture.rows[y] ?? new Uint8Array(picture.width).fill(255))]),
    ),
  );
  return { width, height, rows };
}

/** A picture in which there is nothing to find and much to look at. */
export function noise(width: number): Pixels {
  let state = 1;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  const rows = Array.from({ length: width }, () =>
    Uint8Array.from({ length: width }, () => (next() > 1_073_741_824 ? 255 : 0)),
  );
  return { width, height: width, rows };
}

/** A PNG of 8 bits of grey (RFC 2083). */
export function png({ width, height, rows }: Pixels): Uint8Array<ArrayBuffer> {
  const scanlines = Buffer.concat(rows.map((row) => Buffer.concat([Buffer.of(0), row])));
  return new Uint8Array(
    Buffer.concat([
      Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk("IHDR", header(width, height)),
      chunk("IDAT", deflateSync(scanlines)),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

/** A PNG that says it is so large, and holds next to nothing. */
export function boastfulPng(width: number, height: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat([
      png({ width: 1, height: 1, rows: [Uint8Array.of(0)] }).subarray(0, 8),
      chunk("IHDR", header(width, height)),
    ]),
  );
}

function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data[8] = 8;
  return data;
}

const crcTable = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const crc = body.reduce((sum, byte) => (crcTable[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8), 0xffffffff);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, check]);
}
