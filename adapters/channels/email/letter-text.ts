import { say } from "../../../words/say.ts";
import type { DigestEntry } from "./digest-entries.ts";
import { type Letter, oneLine } from "./letter.ts";
import type { Link } from "./links.ts";

/** A letter as plain text: everything that its HTML tells, every address written out. */
export function letterText(letter: Letter): string {
  const { settings } = letter;
  const blocks = [
    `${letter.lead}\n${letter.more}`,
    letter.rows.map((one) => `${one.label}: ${oneLine(one.value)}`).join("\n"),
    ...letter.entries.map(entryText),
    letter.rest,
    ...letter.links.map((link) => `${link.label}:\n${link.address}`),
    `--\n${[say(letter.locale, "mail.brand"), letter.sandbox, ...letter.footer].filter((line) => line !== "").join("\n")}`,
    ...(settings === null ? [] : [`${settings.label}: ${settings.address}`]),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function entryText({ title, body, day, links }: DigestEntry, index: number): string {
  const lines = [
    `${index + 1}. ${title}: ${body}`,
    ...(day === null ? [] : [`${day.label}: ${oneLine(day.value)}`]),
    ...links.map(({ label, address }: Link) => `${label}: ${address}`),
  ];
  return lines.join("\n");
}
