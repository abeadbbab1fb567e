import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { ReceivedBill } from "../queries/bills.ts";
import type { Fault } from "./bill-values.ts";

/** A line of a file with the bill that it tells, and the id that the bill gets if it is new. */
export type StagedLine = {
  readonly line: number;
  readonly billId: string;
  readonly bill: ReceivedBill;
  /** Another line before or after it names the same debt: they are applied one by one. */
  readonly repeated?: boolean;
};

type Refusal = { readonly line: number; readonly faults: readonly Fault[] };

const COLUMNS = `file_no, line, repeated, bill_id, identity_key, account_key, uin, external_id, account, period, kind, version, status, amount_minor,
  full_minor, discount, issued_on, due_on, purpose, payee, content_hash, subjects, rest`;
/** Texts are handed over in parts of about this size. */
const PART_CHARACTERS = 64 * 1024;

/** What goes into the staging table in one transaction: rows in the text form of COPY, and payees that they name and nobody has kept yet. */
export type StagedPart = {
  readonly lines: number;
  readonly texts: readonly string[];
  readonly payees: readonly { readonly payee: number; readonly body: object; readonly hash: string }[];
};

/**
 * Writes lines of one file as rows of the staging table, at once as text: thousands of bills that wait as objects would be memory that the collector moves about.
 * Payees are numbered: a registry has a handful of them.
 */
export class Stager {
  private readonly known = new Map<string, number>();
  private payees: StagedPart["payees"][number][] = [];
  private texts: string[] = [];
  private text = "";
  private lines = 0;

  constructor(
    private readonly fileNo: number,
    known: readonly { readonly payee: number; readonly hash: string }[] = [],
  ) {
    for (const { payee, hash } of known) this.known.set(hash, payee);
  }

  add(line: StagedLine): void {
    const { payee: body, payeeHash: hash } = line.bill;
    if (!this.known.has(hash)) {
      const payee = this.known.size;
      this.known.set(hash, payee);
      this.payees.push({ payee, body, hash });
    }
    this.lines += 1;
    this.text += this.rowOf(line);
    if (this.text.length >= PART_CHARACTERS) this.closeText();
  }

  /** Hands over what was added since the last time. */
  take(): StagedPart {
    this.closeText();
    const { lines, texts, payees } = this;
    this.lines = 0;
    this.texts = [];
    this.payees = [];
    return { lines, texts, payees };
  }

  private closeText(): void {
    if (this.text !== "") this.texts.push(this.text);
    this.text = "";
  }

  private rowOf({ line, billId, bill, repeated = false }: StagedLine): string {
    const values = [
      this.fileNo,
      line,
      repeated,
      billId,
      bill.identityKey,
      bill.accountKey,
      bill.uin,
      bill.externalId,
      bill.account,
      bill.period,
      bill.kind,
      bill.version,
      bill.status,
      bill.amountMinor,
      bill.fullMinor,
      bill.discount === null ? null : JSON.stringify(bill.discount),
      bill.issuedOn,
      bill.dueOn,
      bill.purpose,
      this.known.get(bill.payeeHash) ?? null,
      bill.contentHash,
      // keys are hex digits: nothing in them needs quotes
      bill.subjects.length === 0 ? null : `{${bill.subjects.join(",")}}`,
      restOf(bill),
    ];
    return `${values.map(cell).join("\t")}\n`;
  }
}

/** What only receive_bill understands; null where there is nothing of it. */
function restOf({ overpaid, acknowledgement, payments }: ReceivedBill): string | null {
  if (!overpaid && acknowledgement === null && payments.length === 0) return null;
  return JSON.stringify({ overpaid, acknowledgement, payments });
}

/** A value in the text form of COPY. */
function cell(value: string | number | boolean | null): string {
  if (value === null) return "\\N";
  if (typeof value !== "string") return String(value);
  return /[\\\t\n\r]/.test(value) ? value.replaceAll(/[\\\t\n\r]/g, escaped) : value;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function escaped(sign: string): string {
  return ESCAPES[sign] ?? sign;
}

/** Puts a part into the tables of its file, within the caller's transaction. */
export async function stagePart(client: PoolClient, fileNo: number, part: StagedPart): Promise<void> {
  for (const { payee, body, hash } of part.payees) {
    await client.query("insert into registry_payees (file_no, payee, body, hash) values ($1, $2, $3, $4)", [
      fileNo,
      payee,
      body,
      hash,
    ]);
  }
  // pipeline waits where PostgreSQL is slower than we are, and ends the COPY where either fails
  await pipeline(
    Readable.from(part.texts),
    client.query(copyFrom(`copy registry_lines (${COLUMNS}) from stdin`)),
  );
}

/** Keeps refused lines with what is wrong, each once; within the caller's transaction. */
export async function keepRefusals(
  client: PoolClient,
  fileNo: number,
  refused: readonly Refusal[],
): Promise<void> {
  if (refused.length === 0) return;
  await client.query(
    `insert into registry_refusals (file_no, line, faults)
     select $1, line, faults from jsonb_to_recordset($2::jsonb) as r(line int, faults jsonb)`,
    [fileNo, JSON.stringify(refused)],
  );
}
