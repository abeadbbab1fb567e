import type { FC } from "hono/jsx";
import type { FoundBill, LookedUp } from "../../api/client.ts";
import { formatDate, formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { answerWords } from "../source-words.ts";
import { periodWords } from "../../words/periods.ts";
import type { Visit } from "../visit.ts";

/** The payer code and the month that were asked for. */
export interface AskedCode {
  readonly code: string;
  readonly period: string;
}

interface FoundBillsProps {
  readonly visit: Visit;
  readonly answer: LookedUp;
  /** Absent: asked by a number of a person, a car or a company. */
  readonly asked?: AskedCode;
}

/** What was found by a number that is not kept: each bill can be added, and then paid. */
export const FoundBillsPage: FC<FoundBillsProps> = ({ visit, answer, asked }) => {
  const { locale } = visit;
  const title = say(locale, "finding.found.title");
  return (
    <Frame visit={visit} title={title} room="bills">
      <div class="stack">
        <a class="crumb" href="/bills/add">
          {say(locale, "finding.back")}
        </a>
        <h1>{title}</h1>
        <p class="lead">
          {asked === undefined ? summary(visit, answer) : summaryOfCode(visit, answer, asked)}
        </p>
        <ul class="plain stack">
          {answer.sources.map((one) => (
            <li
              class={one.outcome === "complete" ? "state state-good" : "state state-wait"}
              data-source={one.source}
              data-outcome={one.outcome}
            >
              {answerWords(locale, one)}
            </li>
          ))}
        </ul>
        {answer.found.length === 0 ? null : (
          <p>{say(locale, asked === undefined ? "finding.found.not-kept" : "finding.code.only-these")}</p>
        )}
      </div>
      <div class="grid">
        {answer.found.map((bill) => (
          <Found visit={visit} bill={bill} asked={asked} />
        ))}
      </div>
    </Frame>
  );
};

/** Nothing from everybody is "none"; nothing from somebody who was silent is "unknown". */
function summary({ locale }: Visit, { found, sources }: LookedUp): string {
  if (found.length > 0) return say(locale, "finding.found.count", { count: found.length });
  if (sources.length === 0) return say(locale, "finding.found.nobody");
  const isCertain = sources.every(
    ({ outcome, missing, unreadable }) =>
      unreadable === 0 &&
      (outcome === "complete" || (outcome === "partial" && missing.every((why) => why === "in-part"))),
  );
  return say(locale, isCertain ? "finding.found.none" : "finding.found.unknown");
}

/** Billers have told what there is: nobody can have been silent. */
function summaryOfCode({ locale }: Visit, { found }: LookedUp, { code, period }: AskedCode): string {
  return found.length > 0
    ? say(locale, "finding.found.count", { count: found.length })
    : say(locale, "finding.code.none", { code, period: periodWords(locale, period) });
}

interface FoundProps {
  readonly visit: Visit;
  readonly bill: FoundBill;
  readonly asked: AskedCode | undefined;
}

const Found: FC<FoundProps> = ({ visit, bill, asked }) => {
  const { locale } = visit;
  const name = bill.billerTitle ?? bill.payee.name;
  const about = `${name}, ${formatMoney(locale, bill.amount)}`;
  return (
    <article class="slip" data-found={bill.uin ?? asked?.code}>
      <div class="slip-body stack">
        <div>
          <h2>{name}</h2>
          <p class="soft">{bill.purpose}</p>
        </div>
        <div>
          <p class="amount">{formatMoney(locale, bill.amount)}</p>
          {bill.discountUntil === null ? null : (
            <p class="discount">
              {say(locale, "finding.found.discount", {
                day: formatDate(locale, bill.discountUntil),
                after: formatMoney(locale, bill.fullAmount),
              })}
            </p>
          )}
          {bill.dueOn === null ? null : (
            <p class="soft">{say(locale, "finding.found.due", { day: formatDate(locale, bill.dueOn) })}</p>
          )}
          {bill.issuedOn === null ? null : (
            <p class="soft">
              {say(locale, "finding.found.issued", { day: formatDate(locale, bill.issuedOn) })}
            </p>
          )}
        </div>
        <Facts
          of={[
            [say(locale, "page.fact.payee"), bill.payee.name],
            [say(locale, "page.fact.inn"), bill.payee.inn],
            [say(locale, "page.fact.uin"), bill.uin],
            [say(locale, "finding.code.label"), asked?.code],
            [say(locale, "page.fact.period"), bill.period === null ? null : periodWords(locale, bill.period)],
          ]}
        />
        {bill.billerId === null ? (
          <p class="state state-wait">{say(locale, "finding.found.payee-unknown")}</p>
        ) : null}
      </div>
      <FoundAction visit={visit} bill={bill} asked={asked} about={about} />
    </article>
  );
};

const FoundAction: FC<FoundProps & { about: string }> = ({ visit, bill, asked, about }) => {
  const hidden = <span class="hidden-visually">{` ${about}`}</span>;
  if (bill.billId !== null) {
    return (
      <div class="slip-tear row">
        <a class="button" href={`/bills/${bill.billId}`}>
          {say(visit.locale, "finding.found.open")}
          {hidden}
        </a>
      </div>
    );
  }
  const named = namesOf(bill, asked);
  if (named === null) return null;
  return (
    <div class="slip-tear row">
      <ActionForm visit={visit} action={named.action}>
        {Object.entries(named.fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit">
          {say(visit.locale, "finding.found.add")}
          {hidden}
        </button>
      </ActionForm>
    </div>
  );
};

/** By what the bill is added, and where; null: it cannot be paid here. */
function namesOf(
  { billerId, uin, period, kind }: FoundBill,
  asked: AskedCode | undefined,
): { readonly action: string; readonly fields: Readonly<Record<string, string>> } | null {
  if (billerId === null) return null;
  // a bill with a number of its own is added by it: a biller may have several of one kind for a month
  if (asked !== undefined && period !== null && uin === null) {
    return { action: "/bills/add/coded", fields: { billerId, code: asked.code, period, kind: kind ?? "" } };
  }
  return uin === null ? null : { action: "/bills/add/uin", fields: { uin } };
}
