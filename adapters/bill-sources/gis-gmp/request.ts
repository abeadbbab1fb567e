import type { TimeSpan } from "../port.ts";
import { type FormatVersion, schemaAddress, serviceAddress } from "./names.ts";
import type { Question } from "./question.ts";
import { writeDateTime } from "./times.ts";

/** As whom we ask: registration number (6 hex digits), role, and the number of whom we ask for where that is somebody else. */
export type Participant = {
  readonly sender: string;
  readonly role: string;
  readonly originator: string | null;
};

export type RequestSettings = Participant & { readonly version: FormatVersion };

/** One request as it leaves. Its id comes back in the answer. */
export type RequestDocument = { readonly id: string; readonly body: Uint8Array };

/** All charges with their statuses, or only unpaid ones (protocol facts §4.2). Preliminary ones are never asked for: they are no bills yet. */
const KINDS = { all: "CHARGESTATUS", owed: "CHARGE" } as const;

/** Writes one page's `ExportChargesRequest`. */
export function writeRequest(
  question: Question,
  page: { readonly id: string; readonly number: number; readonly length: number; readonly atMs: number },
  { sender, role, originator, version }: RequestSettings,
): RequestDocument {
  const root = [
    `xmlns:req="${serviceAddress("export-charges", version)}"`,
    `xmlns:com="${schemaAddress("Common", version)}"`,
    `xmlns:sc="${schemaAddress("SearchConditions", version)}"`,
    `Id="${escaped(page.id)}"`,
    `timestamp="${writeDateTime(page.atMs)}"`,
    `senderIdentifier="${escaped(sender)}"`,
    `senderRole="${escaped(role)}"`,
    ...(originator === null ? [] : [`originatorId="${escaped(originator)}"`]),
  ].join(" ");
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<req:ExportChargesRequest ${root}>
  <com:Paging pageNumber="${page.number}" pageLength="${page.length}"/>
  <sc:ChargesExportConditions kind="${KINDS[question.scope]}">
${conditionsXml(question)}
  </sc:ChargesExportConditions>
</req:ExportChargesRequest>
`;
  return { id: page.id, body: new TextEncoder().encode(body) };
}

function conditionsXml({ conditions, reachedSource }: Question): string {
  const interval = reachedSource === null ? [] : [intervalXml(reachedSource)];
  switch (conditions.group) {
    case "charges":
      return group("ChargesConditions", [...values("SupplierBillID", conditions.uins), ...interval]);
    case "payers":
      return group("PayersConditions", [
        ...values("PayerIdentifier", conditions.payerIdentifiers),
        ...interval,
      ]);
    case "companies":
      return group("PayersConditions", [...values("PayerInn", conditions.inns), ...interval]);
    case "time":
      return group("TimeConditions", interval);
  }
}

function group(name: string, lines: readonly string[]): string {
  return [`    <sc:${name}>`, ...lines.map((line) => `      ${line}`), `    </sc:${name}>`].join("\n");
}

function values(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => `<sc:${name}>${escaped(text)}</sc:${name}>`);
}

function intervalXml({ from, to }: TimeSpan): string {
  const start = writeDateTime(Date.parse(from));
  const end = writeDateTime(Date.parse(to));
  return `<com:TimeInterval startDate="${start}" endDate="${end}"/>`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for an element or an attribute. All of it was checked to be an identifier before; this is the second fence. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}
