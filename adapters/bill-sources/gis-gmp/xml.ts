import { SaxesParser, type SaxesTagNS } from "saxes";

/** An element of a document, with its namespace's address. Attributes are those without a prefix, as all of this protocol are. */
export type XmlElement = {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
};

/** Why a document is refused. Codes, not messages: a parser's message would quote the document. */
export type XmlFault =
  | "too-large"
  | "too-deep"
  | "too-many-elements"
  | "encoding"
  | "document-type"
  | "ill-formed";

export type XmlReading =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly why: XmlFault };

/** What no true document of the protocol comes near: a page of 100 charges has about 250 KB, 1,500 elements and a depth of 6. */
export const XML_LIMITS = {
  bytes: 4 * 1024 * 1024,
  depth: 16,
  elements: 20_000,
  attributesOfOne: 64,
} as const;

/** Bytes are fed in pieces, so that a limit is met long before the end of what breaks it. */
const PIECE_BYTES = 16 * 1024;

class Refused extends Error {
  readonly why: XmlFault;

  constructor(why: XmlFault) {
    super(why);
    this.why = why;
  }
}

type Growing = {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
};

/**
 * Reads one XML document in UTF-8 and refuses everything that a document of a registry never needs and an attack does: a document type (so no entity but the five
 * of XML itself), another encoding, more than {@link XML_LIMITS}. Total: never throws on bytes, whatever they are.
 */
export function readXml(bytes: Uint8Array): XmlReading {
  if (bytes.length > XML_LIMITS.bytes) return { ok: false, why: "too-large" };
  try {
    return { ok: true, root: parse(bytes) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, why: error.why };
    throw error;
  }
}

function parse(bytes: Uint8Array): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Growing[] = [];
  let root: XmlElement | undefined;
  let elements = 0;

  parser.on("error", () => {
    throw new Refused("ill-formed");
  });
  parser.on("doctype", () => {
    throw new Refused("document-type");
  });
  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8") throw new Refused("encoding");
  });
  parser.on("opentag", (tag) => {
    elements += 1;
    if (elements > XML_LIMITS.elements) throw new Refused("too-many-elements");
    if (open.length >= XML_LIMITS.depth) throw new Refused("too-deep");
    open.push({ namespace: tag.uri, name: tag.local, attributes: attributesOf(tag), children: [], text: "" });
  });
  const addText = (text: string): void => {
    const inside = open.at(-1);
    if (inside !== undefined) inside.text += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const parent = open.at(-1);
    if (parent === undefined) root = closed;
    else parent.children.push(closed);
  });

  for (const piece of decoded(bytes)) parser.write(piece);
  parser.close();
  if (root === undefined) throw new Refused("ill-formed");
  return root;
}

function attributesOf(tag: SaxesTagNS): ReadonlyMap<string, string> {
  const all = Object.values(tag.attributes);
  if (all.length > XML_LIMITS.attributesOfOne) throw new Refused("too-many-elements");
  return new Map(all.filter(({ prefix }) => prefix === "").map(({ local, value }) => [local, value]));
}

function* decoded(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    yield decode(decoder, bytes.subarray(start, start + PIECE_BYTES), true);
  }
  yield decode(decoder, new Uint8Array(), false);
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (error) {
    if (error instanceof TypeError) throw new Refused("encoding");
    throw error;
  }
}
