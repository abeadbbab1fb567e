import { parseBankAccount, parseBic } from "../../domain/identifiers/bic-account.ts";
import { parseInn } from "../../domain/identifiers/inn.ts";
import { parseKbk } from "../../domain/identifiers/kbk.ts";
import { parseKpp } from "../../domain/identifiers/kpp.ts";
import { parseOktmo } from "../../domain/identifiers/oktmo.ts";
import { LONGEST_PAYEE_NAME } from "../../domain/bill-texts.ts";
import type { SourcePayee } from "../../domain/source-bill.ts";
import { type Fault, LineValues } from "./bill-values.ts";
import type { RegistryFormat } from "./file-format.ts";

/** A registry has a handful of payees; remembering more would only cost memory. */
const MOST_REMEMBERED = 1_000;

type Read = { readonly payee: SourcePayee | null; readonly faults: readonly Fault[] };

/** Reads who gets the money: from the columns where the format names them, else it is the payee that the catalogue has on file. */
export class PayeeReader {
  private readonly remembered = new Map<string, Read>();
  private readonly columns: RegistryFormat["columns"];
  private readonly numbers: readonly (number | undefined)[];

  constructor(
    format: RegistryFormat,
    private readonly onFile: SourcePayee,
  ) {
    const { columns } = format;
    this.columns = columns;
    this.numbers = [
      columns.payeeName,
      columns.payeeInn,
      columns.payeeKpp,
      columns.payeeBic,
      columns.payeeAccount,
      columns.payeeCorrespondentAccount,
      columns.payeeKbk,
      columns.payeeOktmo,
    ];
  }

  /** The payee of a line, the same object for equal ones; null with faults when it cannot be read. */
  read(values: readonly string[]): Read {
    if (this.columns.payeeAccount === undefined) return { payee: this.onFile, faults: [] };
    const key = this.numbers.map((column) => (column === undefined ? "" : values[column - 1])).join("\u0000");
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const read = this.fresh(new LineValues(values));
    if (this.remembered.size < MOST_REMEMBERED) this.remembered.set(key, read);
    return read;
  }

  private fresh(line: LineValues): Read {
    const { columns } = this;
    const name = line.words("payeeName", columns.payeeName, LONGEST_PAYEE_NAME);
    const inn = line.identifier("payeeInn", columns.payeeInn, parseInn, ({ digits }) => digits);
    const kpp = line.identifier("payeeKpp", columns.payeeKpp, parseKpp, (value) => value);
    const bic = line.identifier("payeeBic", columns.payeeBic, parseBic, (value) => value);
    const account = provedAccount(line, "payeeAccount", columns.payeeAccount, bic);
    const correspondent = columns.payeeCorrespondentAccount;
    const correspondentAccount = provedAccount(line, "payeeCorrespondentAccount", correspondent, bic);
    const kbk = line.identifier("payeeKbk", columns.payeeKbk, parseKbk, (value) => value);
    const oktmo = line.identifier("payeeOktmo", columns.payeeOktmo, parseOktmo, (value) => value);
    const complete = name !== null && inn !== null && bic !== null && account !== null;
    if (!complete && line.faults.length === 0) line.refuse("payeeAccount", "field-missing");
    const payee = complete ? { name, inn, kpp, bic, account, correspondentAccount, kbk, oktmo } : null;
    return { payee: line.faults.length === 0 ? payee : null, faults: line.faults };
  }
}

/** An account is proved beside its bank: without a readable BIC there is nothing to prove it by. */
function provedAccount(
  line: LineValues,
  field: string,
  column: number | undefined,
  bic: string | null,
): string | null {
  if (bic === null) return null;
  return line.identifier(
    field,
    column,
    (account) => parseBankAccount({ bic, account }),
    (proved) => proved.account,
  );
}
