import { FILE_FAULTS, LINE_FAULTS } from "../domain/registry-faults.ts";
import { say } from "../words/say.ts";
import type { ProblemLocale, Words } from "./problem-words.ts";

type Code = (typeof LINE_FAULTS)[number] | (typeof FILE_FAULTS)[number];

function words(locale: ProblemLocale, code: Code): Words {
  const ofFile = FILE_FAULTS.find((known) => known === code);
  if (ofFile !== undefined)
    return [say(locale, "registry.file.title"), say(locale, `registry.file.${ofFile}`)];
  return [
    say(locale, "registry.line.title"),
    say(locale, `registry.line.${code as (typeof LINE_FAULTS)[number]}`),
  ];
}

function tableOf<Value>(value: (code: Code) => Value): Record<Code, Value> {
  return Object.fromEntries([...LINE_FAULTS, ...FILE_FAULTS].map((code) => [code, value(code)])) as Record<
    Code,
    Value
  >;
}

/** Every failure of a registry file or of one of its lines, in words for people. */
export const REGISTRY_PROBLEM_WORDS = {
  ...tableOf((code) => ({ ru: words("ru", code), en: words("en", code) })),
  "registry-file-not-found": {
    ru: ["Файл не найден", "У этого поставщика такого файла нет."],
    en: ["File not found", "This biller has no such file."],
  },
  "body-too-slow": {
    ru: ["Запрос не дошёл", "Тело запроса перестало приходить. Пришлите его ещё раз."],
    en: ["The request did not arrive", "Its body stopped coming. Send it again."],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;

/** Another file of the biller stands in the way, or what was sent cannot be believed. */
export const REGISTRY_PROBLEM_STATUS = {
  ...tableOf((code) =>
    code === "file-under-way" || code === "file-nothing-to-resume" ? (409 as const) : (422 as const),
  ),
  "registry-file-not-found": 404,
  "body-too-slow": 408,
} as const;
