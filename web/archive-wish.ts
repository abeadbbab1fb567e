import type { ArchiveWish } from "../api/client.ts";
import { ARCHIVE_STATES } from "../domain/archive.ts";
import { isCivilDate } from "../domain/calendar.ts";
import { say } from "../words/say.ts";
import { parseRoubles } from "./amounts.ts";
import type { FieldProblems } from "./parts/forms.tsx";
import type { Visit } from "./visit.ts";

/** The fields of the archive's form as they were typed; empty: not narrowed by it. */
export interface ArchiveForm {
  readonly q: string;
  readonly category: string;
  readonly state: string;
  readonly from: string;
  readonly until: string;
  readonly least: string;
  readonly most: string;
}

const FIELDS = ["q", "category", "state", "from", "until", "least", "most"] as const;

/** Reads the form from an address. */
export function readArchiveForm(query: Readonly<Record<string, string>>): ArchiveForm {
  const text = (name: string) => (query[name] ?? "").trim().slice(0, 100);
  const [q, category, state, from, until, least, most] = FIELDS.map(text);
  return {
    q: q ?? "",
    category: category ?? "",
    state: state ?? "",
    from: from ?? "",
    until: until ?? "",
    least: least ?? "",
    most: most ?? "",
  };
}

/** The address of a page of the archive, or of its file. */
export function archivePath(form: ArchiveForm, cursor?: string, path = "/archive"): string {
  const query = new URLSearchParams();
  for (const name of FIELDS) if (form[name] !== "") query.set(name, form[name]);
  if (cursor !== undefined) query.set("cursor", cursor);
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** What is asked of the API, without the fields that are wrong; those are in `problems`. */
export function archiveWish(
  { locale }: Visit,
  form: ArchiveForm,
): { readonly wish: ArchiveWish; readonly problems: FieldProblems } {
  const sum = (text: string) => (text === "" ? undefined : parseRoubles(text));
  const day = (text: string) =>
    text === "" || isCivilDate(text) ? undefined : say(locale, "archive.problem.date");
  const [least, most] = [sum(form.least), sum(form.most)];
  const amountWrong = say(locale, "archive.problem.amount");
  const problems = {
    from: day(form.from),
    until: day(form.until),
    least: least === null ? amountWrong : undefined,
    most: most === null ? amountWrong : undefined,
  };
  const state = ARCHIVE_STATES.find((one) => one === form.state);
  return {
    wish: {
      ...(form.q === "" ? {} : { q: form.q }),
      ...(form.category === "" ? {} : { category: form.category }),
      ...(state === undefined ? {} : { state }),
      ...(form.from === "" || problems.from !== undefined ? {} : { from: form.from }),
      ...(form.until === "" || problems.until !== undefined ? {} : { until: form.until }),
      ...(least ? { leastMinor: least.amountMinor } : {}),
      ...(most ? { mostMinor: most.amountMinor } : {}),
    },
    problems: Object.fromEntries(
      Object.entries(problems).flatMap(([name, words]) => (words === undefined ? [] : [[name, words]])),
    ),
  };
}
