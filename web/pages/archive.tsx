import type { FC } from "hono/jsx";
import type { ArchiveEntry, ArchivePage as Entries, ArchiveSum } from "../../api/client.ts";
import { ARCHIVE_STATES, type ArchiveState } from "../../domain/archive.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { type ArchiveForm, archivePath } from "../archive-wish.ts";
import { ArchiveSums } from "../parts/archive-sums.tsx";
import { Field, type FieldProblems, ProblemSummary, Select } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { StateLine } from "../parts/state-line.tsx";
import type { Tone } from "../payment-words.ts";
import type { Visit } from "../visit.ts";

interface ArchiveProps {
  readonly visit: Visit;
  readonly form: ArchiveForm;
  readonly problems: FieldProblems;
  readonly entries: Entries;
  readonly sums: readonly ArchiveSum[];
}

/** The archive: search, filters, lines page by page, sums per year, and the same as a table to keep. */
export const ArchivePage: FC<ArchiveProps> = ({ visit, form, problems, entries, sums }) => {
  const { locale } = visit;
  const title = say(locale, "archive.title");
  const narrowed = archivePath(form) !== "/archive";
  return (
    <Frame visit={visit} title={title} room="archive">
      <div>
        <h1>{title}</h1>
        <p class="lead">{say(locale, "archive.lead")}</p>
      </div>
      <ProblemSummary visit={visit} problems={problems} />
      <Filters visit={visit} form={form} problems={problems} kinds={kindsOf(entries.items, sums, form)} />
      <section class="stack" aria-label={say(locale, "archive.found")}>
        <Lines visit={visit} entries={entries.items} narrowed={narrowed} />
        <Pages visit={visit} form={form} entries={entries} />
      </section>
      <ArchiveSums visit={visit} sums={sums} />
    </Frame>
  );
};

/** The kinds of bills that this person meets, by their titles: a city has thousands, nobody has. */
function kindsOf(
  entries: readonly ArchiveEntry[],
  sums: readonly ArchiveSum[],
  { category }: ArchiveForm,
): ReadonlyMap<string, string> {
  const met = [
    ...(category === "" ? [] : [[category, category] as const]),
    ...entries.map(({ biller, categoryTitle }) => [biller.category, categoryTitle] as const),
    ...sums.map((sum) => [sum.category, sum.categoryTitle] as const),
  ];
  return new Map([...new Map(met)].toSorted(([, left], [, right]) => (left < right ? -1 : 1)));
}

type FilterProps = Pick<ArchiveProps, "visit" | "form" | "problems"> & {
  readonly kinds: ReadonlyMap<string, string>;
};

/** A form that asks for a page: it needs no script, and its address may be kept. */
const Filters: FC<FilterProps> = (props) => {
  const { visit, form, problems, kinds } = props;
  const { locale } = visit;
  return (
    <search>
      <form method="get" action="/archive" class="card stack" novalidate>
        <Field
          name="q"
          label={say(locale, "archive.search")}
          hint={say(locale, "archive.search.hint")}
          value={form.q}
        />
        <details open={archivePath({ ...form, q: "" }) !== "/archive"}>
          <summary>{say(locale, "archive.filter")}</summary>
          <FilterFields visit={visit} form={form} problems={problems} kinds={kinds} />
        </details>
        <div class="row">
          <button type="submit">{say(locale, "archive.filter.button")}</button>
          {archivePath(form) === "/archive" ? null : (
            <a href="/archive">{say(locale, "archive.filter.reset")}</a>
          )}
          <a href={archivePath(form, undefined, "/archive.csv")} download>
            {say(locale, "archive.download")}
          </a>
        </div>
      </form>
    </search>
  );
};

const FilterFields: FC<FilterProps> = ({ visit: { locale }, form, problems, kinds }) => {
  const any = { value: "", label: say(locale, "archive.filter.any") };
  return (
    <div class="filters">
      <Select
        name="category"
        label={say(locale, "archive.filter.category")}
        options={[any, ...[...kinds].map(([value, label]) => ({ value, label }))]}
        chosen={form.category}
      />
      <Select
        name="state"
        label={say(locale, "archive.filter.state")}
        options={[
          any,
          ...ARCHIVE_STATES.map((state) => ({
            value: state,
            label: say(locale, `archive.state.${state}`),
          })),
        ]}
        chosen={form.state}
      />
      {(["from", "until"] as const).map((name) => (
        <Field
          name={name}
          type="date"
          label={say(locale, `archive.filter.${name}`)}
          value={form[name]}
          problem={problems[name]}
        />
      ))}
      {(["least", "most"] as const).map((name) => (
        <Field
          name={name}
          inputmode="decimal"
          label={say(locale, `archive.filter.${name}`)}
          value={form[name]}
          problem={problems[name]}
        />
      ))}
    </div>
  );
};

const Lines: FC<{ visit: Visit; entries: readonly ArchiveEntry[]; narrowed: boolean }> = (props) => {
  const { visit, entries, narrowed } = props;
  const { locale } = visit;
  if (entries.length > 0) {
    return (
      <div class="card">
        <ul class="lines">
          {entries.map((entry) => (
            <Line visit={visit} entry={entry} />
          ))}
        </ul>
      </div>
    );
  }
  if (!narrowed) return <p class="lead">{say(locale, "archive.empty")}</p>;
  return (
    <div class="card narrow stack">
      <h2>{say(locale, "archive.nothing")}</h2>
      <p>{say(locale, "archive.nothing.text")}</p>
    </div>
  );
};

const TONES: Readonly<Record<ArchiveState, Tone>> = {
  paid: "good",
  "under-way": "wait",
  returned: "calm",
  closed: "calm",
  owed: "wait",
  "paid-by-others": "good",
  "paid-elsewhere": "good",
  annulled: "calm",
};

const Line: FC<{ visit: Visit; entry: ArchiveEntry }> = ({ visit: { locale }, entry }) => {
  const title = say(locale, `archive.state.${entry.state}`);
  const about = `${entry.biller.title}, ${formatMoney(locale, entry.amount)}, ${entry.paymentId ?? entry.billId}`;
  const path = entry.paymentId === null ? `/bills/${entry.billId}` : `/payments/${entry.paymentId}`;
  return (
    <li data-entry={entry.paymentId ?? entry.billId}>
      <div>
        <h2>
          <a href={path}>{entry.biller.title}</a>
        </h2>
        <p class="soft">{[entry.purpose, entry.categoryTitle].join(" · ")}</p>
        <StateLine told={{ tone: TONES[entry.state], title, moving: false }} />
      </div>
      <div>
        <p class="amount">{formatMoney(locale, entry.amount)}</p>
        {entry.returned.amountMinor === 0 ? null : (
          <p>{say(locale, "archive.returned", { amount: formatMoney(locale, entry.returned) })}</p>
        )}
        <p class="soft">
          {entry.kind === "payment"
            ? formatDate(locale, entry.on)
            : say(locale, entry.state === "owed" ? "archive.due" : "archive.was-due", {
                due: formatDate(locale, entry.dueOn),
              })}
        </p>
        {entry.state === "paid" && entry.paymentId !== null ? (
          <>
            <a href={`/payments/${entry.paymentId}/receipt`}>
              {say(locale, "page.action.receipt")}
              <span class="hidden-visually">{` ${about}`}</span>
            </a>{" "}
            <a href={`/payments/${entry.paymentId}/receipt.pdf`}>
              PDF
              <span class="hidden-visually">{` ${about}`}</span>
            </a>
          </>
        ) : null}
        {entry.state === "owed" ? (
          <a href={`/bills/${entry.billId}/pay`}>
            {say(locale, "page.action.pay-now")}
            <span class="hidden-visually">{` ${about}`}</span>
          </a>
        ) : null}
      </div>
    </li>
  );
};

const Pages: FC<Pick<ArchiveProps, "visit" | "form" | "entries">> = ({
  visit: { locale },
  form,
  entries,
}) => {
  const { previousCursor, nextCursor } = entries;
  if (previousCursor === null && nextCursor === null) return null;
  return (
    <nav class="row" aria-label={say(locale, "archive.pages")}>
      {previousCursor === null ? null : (
        <a class="button quiet" rel="prev" href={archivePath(form, previousCursor)}>
          {say(locale, "archive.newer")}
        </a>
      )}
      {nextCursor === null ? null : (
        <a class="button quiet" rel="next" href={archivePath(form, nextCursor)}>
          {say(locale, "archive.older")}
        </a>
      )}
    </nav>
  );
};
