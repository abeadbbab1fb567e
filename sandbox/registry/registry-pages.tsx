import type { FC } from "hono/jsx";
import { CityPage } from "../city-page.tsx";
import type { ChargeRecord } from "./charge-record.ts";
import { acknowledgmentOf, dueOn, leftOf, moscowDay } from "./charge-sums.ts";
import type { JournalEntry } from "./request-journal.ts";

const place = "Sandbox city · state registry of charges (nothing here is real)";
const meanings: Readonly<Record<string, string>> = {
  "1": "new",
  "2": "changed",
  "3": "annulled",
  "4": "un-annulled",
};
const matchings: Readonly<Record<string, string>> = {
  "1": "matched",
  "2": "matched in part",
  "3": "not matched",
  "4": "matched by hand, no payment",
  "5": "matched by hand",
};

/** All charges, and what was asked last. */
export const RegistryPage: FC<{
  charges: readonly ChargeRecord[];
  asked: readonly JournalEntry[];
  today: string;
}> = ({ charges, asked, today }) => (
  <CityPage language="en" title={`Registry: ${charges.length} charges`} place={place}>
    <ul class="card plain">
      {charges.map((charge) => (
        <li>
          <a href={`/charges/${encodeURIComponent(charge.uin)}`}>{charge.uin}</a>{" "}
          <span lang="ru">{charge.purpose}</span>
          <br />
          <span class="soft">
            {roubles(leftOf(charge))} of {roubles(charge.totalKopecks)} left · due today{" "}
            {roubles(Math.min(leftOf(charge), dueOn(charge, today)))} ·{" "}
            {meanings[charge.meaning] ?? charge.meaning} · {matchings[acknowledgmentOf(charge)] ?? "?"} ·
            payer {charge.payerIdentifier}
          </span>
        </li>
      ))}
    </ul>
    <h2>Asked last</h2>
    <ul class="card plain">
      {asked.map((entry) => (
        <li>
          {entry.at} {asking(entry)} {entry.fault === undefined ? "" : `· fault: ${entry.fault}`}
        </li>
      ))}
    </ul>
  </CityPage>
);

/** One charge, and what its issuer and a stranger's bank can do with it. */
export const ChargePage: FC<{ charge: ChargeRecord }> = ({ charge }) => (
  <CityPage language="en" title={`Charge ${charge.uin}`} place={place}>
    <div class="card">
      <dl>
        <dt>Purpose</dt>
        <dd lang="ru">{charge.purpose}</dd>
        <dt>Payee</dt>
        <dd lang="ru">
          {charge.payee.name}, INN {charge.payee.inn}, KPP {charge.payee.kpp}
        </dd>
        <dt>Payer</dt>
        <dd>{charge.payerIdentifier}</dd>
        <dt>Total</dt>
        <dd>{roubles(charge.totalKopecks)}</dd>
        <dt>Left</dt>
        <dd>{roubles(leftOf(charge))}</dd>
        <dt>Discount</dt>
        <dd>
          {charge.discount === undefined
            ? "none"
            : `${charge.discount.kind} ${charge.discount.value}, until ${charge.discount.expiry}`}
        </dd>
        <dt>Pay until</dt>
        <dd>{charge.paymentTerm ?? charge.validUntil ?? "not said"}</dd>
        <dt>Status</dt>
        <dd>
          {meanings[charge.meaning] ?? charge.meaning}, {matchings[acknowledgmentOf(charge)] ?? "?"}
        </dd>
        <dt>Payments</dt>
        <dd>
          {charge.payments.length === 0
            ? "none"
            : charge.payments
                .map(({ paymentId, amountKopecks, paidAt, revoked }) => {
                  const state = revoked ? " (taken back)" : "";
                  return `${roubles(amountKopecks)} on ${moscowDay(paidAt)}, ${paymentId}${state}`;
                })
                .join("; ")}
        </dd>
      </dl>
    </div>
    <Act charge={charge} verb="pay" label="Paid by somebody else: all that is left" />
    <Act charge={charge} verb="annul" label="Annul" />
    <Act charge={charge} verb="reinstate" label="Un-annul" />
    <p>
      <a href="/">All charges</a>
    </p>
  </CityPage>
);

const Act: FC<{ charge: ChargeRecord; verb: string; label: string }> = ({ charge, verb, label }) => (
  <form method="post" action={`/charges/${encodeURIComponent(charge.uin)}/${verb}`}>
    <button type="submit">{label}</button>
  </form>
);

function asking({ question, problem }: JournalEntry): string {
  if (question === undefined) return `could not be read: ${problem ?? ""}`;
  const { kind, uins, payerIdentifiers, inns, byTime, page } = question;
  const what = byTime ? "time" : [...uins, ...payerIdentifiers, ...inns].join(", ");
  return `${kind} by ${what}, page ${page.number}`;
}

function roubles(kopecks: number): string {
  const sign = kopecks < 0 ? "−" : "";
  const size = Math.abs(kopecks);
  return `${sign}${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")} ₽`;
}
