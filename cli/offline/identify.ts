import { parseBic } from "../../domain/identifiers/bic-account.ts";
import { type Candidate, identify, reasonOf } from "../../domain/identifiers/index.ts";
import { identifierReasonWords, kindWords } from "../../words/identifiers.ts";
import { isLocale, type Locale } from "../../words/locale.ts";
import { say } from "../../words/say.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";

const MOST_TEXTS = 10_000;

const usage = `kvitok identify TEXT… [--bic BIC] [--json] [--locale ru|en]
  Texts that begin with a dash stand behind "--". Nothing leaves this machine: no database and no network is asked.
  --json prints one line a text: {"text", "candidates": [{"kind", "value", "valid", "reason": {"code", "at", "character", "count", "expected", "field", "detail"} | null}]}
  A candidate is every kind that has the text's length and can have its characters where they stand, save at most one: valid or not, with the reason.
  "value" is the normal form; of an invalid one what was read, in which positions count from 1. Kinds overlap: ten digits may be valid as several.
  An account is valid beside its --bic only; without it just those that have no key (03…).
  Ends with 1 when a text is valid as nothing.`;

export const identifyCommand: Command = {
  what: "tell what a text may be (UIN, INN, account, phone, QR …), and what is wrong with it",
  usage,
  words: [1, MOST_TEXTS],
  options: { bic: { type: "string" }, json: { type: "boolean" }, locale: { type: "string" } },
  run: async (given) => {
    const locale = localeOf(given);
    const beside = besideOf(given, locale);
    const found = given.words.map((text) => ({ text, candidates: identify(text, beside) }));
    const write = given.options["json"] === true ? asJson : inWords;
    const code = found.every(({ candidates }) => candidates.some(({ valid }) => valid)) ? 0 : 1;
    return { code, out: found.map((one) => write(one, locale)).join("\n") };
  },
};

type Found = { readonly text: string; readonly candidates: readonly Candidate[] };

function localeOf(given: Given): Locale {
  const locale = textOption(given, "locale") ?? "en";
  if (!isLocale(locale)) throw new UsageError(usage);
  return locale;
}

function besideOf(given: Given, locale: Locale): { readonly bic?: string } {
  const text = textOption(given, "bic");
  if (text === undefined) return {};
  const bic = parseBic(text);
  if (!bic.ok) throw new UsageError(`--bic: ${identifierReasonWords(locale, reasonOf(bic))}\n${usage}`);
  return { bic: bic.value };
}

function asJson({ text, candidates }: Found, locale: Locale): string {
  const told = candidates.map(({ reason, ...candidate }) => ({
    ...candidate,
    reason: reason && { ...reason, detail: identifierReasonWords(locale, reason) },
  }));
  return JSON.stringify({ text, candidates: told });
}

/** For people: what it is first, then what it would be but for a mistake. */
function inWords({ text, candidates }: Found, locale: Locale): string {
  if (candidates.length === 0) return `${text}\n  ${say(locale, "identifier.none")}`;
  const lines = candidates
    .toSorted((a, b) => Number(b.valid) - Number(a.valid))
    .map(({ kind, value, reason }) => {
      const verdict =
        reason === null ? say(locale, "identifier.valid") : identifierReasonWords(locale, reason);
      return `  ${reason === null ? "+" : "-"} ${kindWords(locale, kind)}: ${value}\n      ${verdict}`;
    });
  return [text, ...lines].join("\n");
}
