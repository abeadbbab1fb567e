import { assert, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { readXml, XML_LIMITS } from "../../../adapters/bill-sources/gis-gmp/xml.ts";
import { fixture, fixtureText } from "./fixtures.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole = fixtureText("answers/one-of-each.xml");

function billionLaughs(): string {
  const levels = Array.from("bcdefghijklmno").map((name, at) => {
    const inner = `&${"abcdefghijklmn"[at] ?? ""};`;
    return `<!ENTITY ${name} "${inner.repeat(10)}">`;
  });
  return `<!DOCTYPE a [<!ENTITY a "ha">${levels.join("")}]><a>&o;</a>`;
}

describe("a document is read whole or not at all", () => {
  test("elements, attributes, text and namespaces as they stand", () => {
    const reading = readXml(
      bytes(`<?xml version="1.0"?><p:a xmlns:p="urn:x" b="1 &amp; 2"><c>x<![CDATA[<y>]]></c></p:a>`),
    );
    expect(reading).toMatchObject({
      ok: true,
      root: { namespace: "urn:x", name: "a", children: [{ namespace: "", name: "c", text: "x<y>" }] },
    });
    expect(reading.ok && reading.root.attributes.get("b")).toBe("1 & 2");
  });

  test("a document cut off after any byte is refused", () => {
    const all = fixture("answers/more.xml");
    const end = all.lastIndexOf(">".charCodeAt(0));
    for (let length = 0; length < end; length += 7) {
      expect(readXml(all.subarray(0, length)).ok).toBe(false);
    }
    expect(readXml(all).ok).toBe(true);
  });

  test.each([
    ["two roots", "<a/><b/>"],
    ["an attribute twice", '<a b="1" b="2"/>'],
    ["one attribute by two prefixes", '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>'],
    ["an unbound prefix", "<p:a/>"],
    ["a bare ampersand", "<a>&</a>"],
    ["an entity that nobody defined", "<a>&nbsp;</a>"],
    ["a control character", "<a>\u0001</a>"],
    ["text after the end", "<a/>more"],
    ["tags that cross", "<a><b></a></b>"],
    ["nothing", ""],
    ["JSON", '{"charges": []}'],
    ["an HTML page", "<html><body>Ведутся работы<br></body></html>"],
  ])("%s is refused", (_name, text) => {
    expect(readXml(bytes(text))).toEqual({ ok: false, why: "ill-formed" });
  });

  test("bytes of any kind never make it throw", () => {
    assert(
      property(uint8Array({ maxLength: 300 }), (noise) => {
        expect(typeof readXml(noise).ok).toBe("boolean");
      }),
    );
  });
});

describe("no document makes the process work or remember more than a page is worth", () => {
  test.each([
    ["a billion laughs", billionLaughs()],
    [
      "a quadratic blow-up",
      `<!DOCTYPE a [<!ENTITY a "${"x".repeat(50_000)}">]><a>${"&a;".repeat(50_000)}</a>`,
    ],
    ["a file of ours", `<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>`],
    ["an address of theirs", `<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>`],
    ["a harmless document type", "<!DOCTYPE a><a/>"],
  ])("%s is refused for its document type", (_name, text) => {
    expect(readXml(bytes(text))).toEqual({ ok: false, why: "document-type" });
  });

  test("more depth, elements, attributes or bytes than any answer has are refused", () => {
    const deep = "<a>".repeat(XML_LIMITS.depth + 1) + "</a>".repeat(XML_LIMITS.depth + 1);
    expect(readXml(bytes(deep))).toEqual({ ok: false, why: "too-deep" });
    const wide = `<a>${"<b/>".repeat(XML_LIMITS.elements)}</a>`;
    expect(readXml(bytes(wide))).toEqual({ ok: false, why: "too-many-elements" });
    const attributes = Array.from({ length: XML_LIMITS.attributesOfOne + 1 }, (_one, at) => `a${at}="1"`);
    expect(readXml(bytes(`<a ${attributes.join(" ")}/>`))).toEqual({ ok: false, why: "too-many-elements" });
    const large = `<a b="${"x".repeat(XML_LIMITS.bytes)}"/>`;
    expect(readXml(bytes(large))).toEqual({ ok: false, why: "too-large" });
  });

  test("a depth of a million is refused at once, not at its end", () => {
    const startedAt = performance.now();
    expect(readXml(bytes("<a>".repeat(1_000_000)))).toEqual({ ok: false, why: "too-deep" });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe("one encoding", () => {
  test.each([
    ["UTF-16 with its mark", new Uint8Array(Buffer.from(`\ufeff${whole}`, "utf16le"))],
    ["another encoding declared", bytes(whole.replace("UTF-8", "windows-1251"))],
    ["a byte that is no UTF-8", Uint8Array.from([...bytes("<a>"), 0xff, ...bytes("</a>")])],
    [
      "Windows-1251 that says it is UTF-8",
      Uint8Array.from([...bytes("<a>"), 0xd8, 0xf2, 0xf0, ...bytes("</a>")]),
    ],
    ["half a character at the end", bytes("<a>я</a>я").subarray(0, -1)],
  ])("%s is refused", (_name, document) => {
    expect(readXml(document)).toEqual({ ok: false, why: "encoding" });
  });

  test("a mark of UTF-8, and letters across the pieces in which bytes are read, change nothing", () => {
    expect(readXml(bytes(`\ufeff${whole}`)).ok).toBe(true);
    const long = "я".repeat(50_000);
    for (const shift of ["", "x"]) {
      const reading = readXml(bytes(`<a>${shift}${long}</a>`));
      expect(reading.ok && reading.root.text).toBe(shift + long);
    }
  });
});
