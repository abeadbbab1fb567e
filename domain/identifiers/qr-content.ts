import { parseBankAccount } from "./bic-account.ts";
import { type Candidate, candidateOf, type IdentifierKind, readAs } from "./index.ts";
import type { PaymentQr, QrProblem } from "./payment-qr.ts";
import { type Proof, proved } from "./proof.ts";
import type { QrField } from "./qr-fields.ts";

/** An identifier that stands in a field of a payment QR. */
export type QrCandidate = Candidate & { readonly field: QrField };

/** What the identifiers inside say: all candidates, and every complaint about them. */
export type QrContent = {
  readonly candidates: readonly QrCandidate[];
  readonly problems: readonly QrProblem[];
};

/** Fields that are one kind: what is wrong there is wrong with the bill. */
const CERTAIN: Readonly<Partial<Record<QrField, IdentifierKind>>> = {
  BIC: "bic",
  PersonalAcc: "account",
  CorrespAcc: "account",
  PayeeINN: "inn",
  PayerINN: "inn",
  KPP: "kpp",
  CBC: "kbk",
  OKTMO: "oktmo",
  UIN: "uin",
};

/** Fields that may be of a kind, or a biller's own number: named where it fits, no complaint where it does not. */
const POSSIBLE: Readonly<Partial<Record<QrField, readonly IdentifierKind[]>>> = {
  PersAcc: ["epd-payer-code", "housing-id"],
  PersonalAccount: ["epd-payer-code", "housing-id"],
  PensAcc: ["snils"],
  Phone: ["mobile", "landline"],
};

/** Proves what stands in a payment QR: accounts by the BIC beside them, numbers by their check digits. `0` in a field means that there is none. */
export function judgeQrContent({ fields }: PaymentQr): QrContent {
  const candidates: QrCandidate[] = [];
  const problems: QrProblem[] = [];
  for (const [field, value] of Object.entries(fields) as [QrField, string][]) {
    if (value === "0") continue;
    const kind = CERTAIN[field];
    if (kind !== undefined) {
      const proof = kind === "account" ? provedAccount(fields.BIC ?? "", value) : readAs(kind, value);
      candidates.push({ field, ...candidateOf(kind, proof, value) });
      if (!proof.ok) problems.push({ ...proof, field });
    }
    for (const possible of POSSIBLE[field] ?? []) {
      const proof = readAs(possible, value);
      if (proof.ok) candidates.push({ field, ...candidateOf(possible, proof, value) });
    }
  }
  return { candidates, problems };
}

/** Beside a BIC that is none, the account can only be looked at by itself. */
function provedAccount(bic: string, account: string): Proof<string> {
  if (!readAs("bic", bic).ok) return readAs("account", account);
  const proof = parseBankAccount({ bic, account });
  return proof.ok ? proved(proof.value.account) : proof;
}
