import { type Counts, type ImportReport, MOST_REFUSALS } from "../../db/catalogue/report.ts";

/** Was anything kept out? */
export function hasRefused({ categories, billers }: ImportReport): boolean {
  return categories.refused + billers.refused > 0;
}

/** What an import did, in lines. */
export function reportForPeople(report: ImportReport): string {
  const { refused, requisites, nothingToAccept } = report;
  const lines = [
    ...(report.dryRun ? ["nothing was written: a dry run"] : []),
    `categories: ${countsForPeople(report.categories)}`,
    `billers:    ${countsForPeople(report.billers)}`,
    ...refused.map(({ where, id, field, reason }) => {
      const what = [id, field].filter((part) => part !== null && part !== "").join(" ");
      return `refused, ${where}: ${what === "" ? "" : `${what}: `}${reason}`;
    }),
    ...(refused.length < MOST_REFUSALS ? [] : [`only the first ${MOST_REFUSALS} fields are told`]),
    ...requisites.map(({ where, id, from, to, accepted }) => {
      const change = `${JSON.stringify(from)} → ${JSON.stringify(to)}`;
      return accepted
        ? `requisites of ${id} changed as accepted: ${change}`
        : `requisites of ${id} differ (${where}): ${change}\n  a swapped account is the commonest fraud: ask the biller by a way you knew before, then --accept-requisites ${id}`;
    }),
    ...nothingToAccept.map((id) => `${id}: there were no other requisites to accept`),
  ];
  // What somebody wrote into a file does not command a terminal.
  return lines.join("\n").replace(/[^\P{C}\n]/gu, "\ufffd");
}

function countsForPeople({ added, changed, unchanged, refused }: Counts): string {
  return `${added} added, ${changed} changed, ${unchanged} unchanged, ${refused} refused`;
}
