import { isDeepStrictEqual } from "node:util";
import type { CaseFile } from "../case-file.ts";
import { grouped } from "../grouping.ts";
import { Inquiry, type Outcome } from "../inquiry.ts";
import type { IntentLine } from "../run-record.ts";

/** Looking twice may show two things; a forger is I10's. */
const WITHOUT_EFFECT: readonly string[] = ["look", "forged-webhook"];

/** Commands whose answers are kept under their keys; a bill that is pushed has a name of its own. */
const WITH_KEPT_KEYS: readonly string[] = [
  "pay",
  "confirm",
  "cancel",
  "pause",
  "resume",
  "change-mandate",
  "skip",
  "add-browser",
];

/** I9: a call that was repeated with its key had one effect, and every answer to it says the same. */
export function repeatedCalls(file: CaseFile): Outcome {
  const inquiry = new Inquiry();
  const calls = grouped(
    file.record.intents.filter(({ key, op }) => key !== undefined && !WITHOUT_EFFECT.includes(op)),
    ({ id }) => id,
  );
  for (const [id, lines] of calls) {
    if (lines.filter(({ phase }) => phase === "sent").length < 2) continue;
    inquiry.look();
    for (const words of complaintsOf(file, lines)) inquiry.find({ about: `${lines[0]?.op} ${id}`, words });
  }
  return inquiry.outcome();
}

function complaintsOf(file: CaseFile, lines: readonly IntentLine[]): string[] {
  const complaints: string[] = [];
  const keys = new Set(lines.map(({ key }) => key));
  if (keys.size > 1) complaints.push(`it was repeated with ${keys.size} keys: the generator is at fault`);
  // "not now" is no answer to the call: the caller repeats it
  const answers = lines.filter(({ phase, status = 0 }) => phase === "answered" && isFinal(status));
  const [first] = answers;
  for (const answer of answers.slice(1)) {
    if (answer.status !== first?.status || !isDeepStrictEqual(answer.answer, first?.answer)) {
      complaints.push(`it was answered ${first?.status}, then ${answer.status} with other words`);
    }
  }
  const { op = "", key = "" } = lines[0] ?? {};
  if (op === "push-bill") complaints.push(...billComplaints(file, lines));
  return [...complaints, ...keyComplaints(file, { op, key, status: first?.status })];
}

/** What is kept of a command under its key; `status` is what it was answered for good. */
function keyComplaints(
  file: CaseFile,
  { op, key, status }: { readonly op: string; readonly key: string; readonly status: number | undefined },
): string[] {
  const rows = file.by.keysNamed.get(key) ?? [];
  if (rows.length > 1) return [`${rows.length} rows keep its key`];
  const kept = rows[0]?.status ?? undefined;
  if (rows.length === 0 && WITH_KEPT_KEYS.includes(op) && status !== undefined && status < 300) {
    return ["it was done, and nothing keeps its key: the next repetition would be done anew"];
  }
  return op === "pay" && kept !== undefined && status !== undefined && kept !== status
    ? [`${kept} is kept for it, ${status} was answered`]
    : [];
}

function isFinal(status: number): boolean {
  return status < 500 && status !== 409 && status !== 425 && status !== 429;
}

function billComplaints(file: CaseFile, lines: readonly IntentLine[]): string[] {
  const { externalId } = (lines[0]?.request ?? {}) as { readonly externalId?: string };
  if (externalId === undefined) return [];
  const bills = file.by.billsNumbered.get(externalId) ?? [];
  const payments = bills.flatMap((bill) =>
    (file.by.paymentsOfBill.get(bill.id) ?? []).filter(
      ({ route, outcome }) => route === "mandate" && outcome === null,
    ),
  );
  return [
    ...(bills.length > 1 ? [`it made ${bills.length} bills`] : []),
    ...(payments.length > 1 ? [`${payments.length} payments stand for its bill`] : []),
  ];
}
