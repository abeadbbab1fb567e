import { createHash } from "node:crypto";
import { refuseField } from "./problems.ts";
import { LARGEST_DOCUMENT_BYTES, type Resolve } from "./schemas/resolutions.ts";

/** The bytes of a document with the hash by which two operators know that they mean the same one. */
export type ResolutionDocument = {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly sha256: string;
};

/** How files of a kind begin. Words have no beginning of their own: they hold no zero byte. */
const BEGINNINGS: Readonly<Record<string, Buffer>> = {
  "application/pdf": Buffer.from("%PDF-"),
  "image/png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  "image/jpeg": Buffer.from([0xff, 0xd8, 0xff]),
};

/**
 * Reads a document out of a command.
 *
 * @throws Refusal naming the field, when it is empty, too large, or not what its media type says
 */
export function readDocument(document: NonNullable<Resolve["document"]>): ResolutionDocument {
  const bytes = Buffer.from(document.contentBase64, "base64");
  if (bytes.length === 0 || bytes.length > LARGEST_DOCUMENT_BYTES) {
    throw refuseField("document.contentBase64", "payload-invalid");
  }
  const beginning = BEGINNINGS[document.mediaType];
  const fits =
    beginning === undefined ? !bytes.includes(0) : bytes.subarray(0, beginning.length).equals(beginning);
  if (!fits) throw refuseField("document.mediaType", "payload-invalid");
  return {
    mediaType: document.mediaType,
    bytes,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}
