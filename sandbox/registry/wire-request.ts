import { DOMParser, type Element, onWarningStopParsing } from "@xmldom/xmldom";

/** What an `ExportChargesRequest` asks, as far as the registry understands it. */
export interface ChargesQuestion {
  readonly requestId: string;
  readonly version: string;
  readonly sender: string;
  readonly role: string;
  readonly kind: string;
  readonly page: { readonly number: number; readonly length: number };
  readonly uins: readonly string[];
  readonly payerIdentifiers: readonly string[];
  readonly inns: readonly string[];
  readonly byTime: boolean;
  readonly interval: { readonly fromMs: number; readonly toMs: number } | null;
  readonly kbks: readonly string[];
}

const service = /^urn:\/\/roskazna\.ru\/gisgmp\/xsd\/services\/export-charges\/(2\.\d\.\d)$/;
const groups = ["ChargesConditions", "PayersConditions", "TimeConditions"];

/** Reads a request. Answers with the reason, never with a guess, when it is no request of this protocol. */
export function readQuestion(text: string): ChargesQuestion | { readonly problem: string } {
  try {
    return questionOf(rootOf(text));
  } catch (cause) {
    return { problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

function rootOf(text: string): Element {
  const root = new DOMParser({ onError: onWarningStopParsing }).parseFromString(
    text,
    "text/xml",
  ).documentElement;
  if (root === null) throw new Error("an empty document");
  return root;
}

function questionOf(root: Element): ChargesQuestion {
  const version = service.exec(root.namespaceURI ?? "")?.[1];
  if (root.localName !== "ExportChargesRequest" || version === undefined) {
    throw new Error("no ExportChargesRequest of format 2.x");
  }
  const paging = only(root, "Paging", `http://roskazna.ru/gisgmp/xsd/Common/${version}`);
  const conditions = only(
    root,
    "ChargesExportConditions",
    `http://roskazna.ru/gisgmp/xsd/SearchConditions/${version}`,
  );
  const [group, ...others] = elements(conditions).filter(({ localName }) => groups.includes(localName ?? ""));
  if (group === undefined || others.length > 0) {
    throw new Error("exactly one group of conditions is asked at a time");
  }
  attribute(root, "timestamp");
  return {
    requestId: attribute(root, "Id"),
    version,
    sender: attribute(root, "senderIdentifier"),
    role: attribute(root, "senderRole"),
    kind: attribute(conditions, "kind"),
    page: { number: whole(attribute(paging, "pageNumber")), length: whole(attribute(paging, "pageLength")) },
    uins: texts(group, "SupplierBillID"),
    payerIdentifiers: texts(group, "PayerIdentifier"),
    inns: texts(group, "PayerInn"),
    byTime: group.localName === "TimeConditions",
    interval: intervalOf(group),
    kbks: elements(group).flatMap((child) => (child.localName === "KBKlist" ? texts(child, "KBK") : [])),
  };
}

function intervalOf(group: Element): ChargesQuestion["interval"] {
  const interval = elements(group).find(({ localName }) => localName === "TimeInterval");
  if (interval === undefined) return null;
  return {
    fromMs: Date.parse(attribute(interval, "startDate")),
    toMs: Date.parse(attribute(interval, "endDate")),
  };
}

function elements(parent: Element): readonly Element[] {
  return [...parent.childNodes].filter((node): node is Element => node.nodeType === node.ELEMENT_NODE);
}

function only(parent: Element, name: string, namespace: string): Element {
  const [first, ...others] = elements(parent).filter(
    ({ localName, namespaceURI }) => localName === name && namespaceURI === namespace,
  );
  if (first === undefined || others.length > 0) throw new Error(`exactly one ${name} is needed`);
  return first;
}

function texts(parent: Element, name: string): readonly string[] {
  return elements(parent)
    .filter(({ localName }) => localName === name)
    .map(({ textContent }) => (textContent ?? "").trim());
}

function attribute(element: Element, name: string): string {
  const value = element.getAttribute(name);
  if (value === null || value === "") throw new Error(`${name} is needed`);
  return value;
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error("pages are counted in whole numbers");
  return Number(text);
}
