import type { FileFaultCode, LineFaultCode } from "../domain/registry-faults.ts";
import type { Locale } from "./locale.ts";
import { isMessageKey, say } from "./say.ts";

/** A refused line of a registry file as its report tells it. */
type RefusedLine = {
  readonly line: number;
  readonly faults: readonly { readonly field: string; readonly code: string }[];
};

/** Why a line was refused, in one sentence for its biller. */
export function lineFaultWords(locale: Locale, code: string): string {
  const key = `registry.line.${code}`;
  return isMessageKey(key) ? say(locale, key as `registry.line.${LineFaultCode}`) : code;
}

/** Why a file was refused as a whole, and what its biller can do. */
export function fileFaultWords(locale: Locale, code: string): string {
  const key = `registry.file.${code}`;
  return isMessageKey(key) ? say(locale, key as `registry.file.${FileFaultCode}`) : code;
}

/** The first line of a report: names of its columns. It begins with the mark by which spreadsheets know UTF-8. */
export function reportHead(locale: Locale): string {
  return `\ufeff${["line", "field", "code"].join(";")};${say(locale, "registry.report.reason")}\r\n`;
}

/** One refused line of a report: its number, its fields, the codes and the reasons, each once. Never what the line said. */
export function reportLine(locale: Locale, { line, faults }: RefusedLine): string {
  const fields = [...new Set(faults.map(({ field }) => field))].filter((field) => field !== "");
  const codes = [...new Set(faults.map(({ code }) => code))];
  const reasons = codes.map((code) => lineFaultWords(locale, code)).join(" ");
  return `${line};${fields.join(" ")};${codes.join(" ")};"${reasons.replaceAll('"', '""')}"\r\n`;
}
