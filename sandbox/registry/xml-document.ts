import { DOMImplementation, type Document, type Element, XMLSerializer } from "@xmldom/xmldom";

/** An element to be written: a name with its prefix, attributes (those without a value are left out), and what is inside. */
export interface Tag {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  readonly inside?: readonly (Tag | undefined)[] | string;
}

/** Writes a document; `namespaces` are the addresses of all prefixes in it. */
export function writeXml(root: Tag, namespaces: Readonly<Record<string, string>>): string {
  const document = new DOMImplementation().createDocument(null, "", null);
  const element = elementOf(document, root, namespaces);
  for (const [prefix, address] of Object.entries(namespaces)) {
    element.setAttributeNS("http://www.w3.org/2000/xmlns/", `xmlns:${prefix}`, address);
  }
  document.appendChild(element);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(document)}\n`;
}

function elementOf(document: Document, tag: Tag, namespaces: Readonly<Record<string, string>>): Element {
  const [prefix = ""] = tag.name.split(":");
  const element = document.createElementNS(namespaces[prefix] ?? null, tag.name);
  for (const [name, value] of Object.entries(tag.attributes ?? {})) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  const inside = tag.inside ?? [];
  if (typeof inside === "string") element.appendChild(document.createTextNode(inside));
  else {
    for (const child of inside) {
      if (child !== undefined) element.appendChild(elementOf(document, child, namespaces));
    }
  }
  return element;
}
