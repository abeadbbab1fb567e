import { CAPABILITY_MATRIX, type MatrixGateway, ruleOf } from "../capability-matrix.ts";
import { parseBankAccount, parseBic } from "../identifiers/bic-account.ts";
import { parseInn } from "../identifiers/inn.ts";
import { parseKpp } from "../identifiers/kpp.ts";
import { isMistyped, type Proof } from "../identifiers/proof.ts";
import { isCivilTime } from "../calendar.ts";
import type { BillerEntry, CataloguePayee, Hours } from "./entry.ts";
import { faultsOfReference } from "./reference.ts";

/** One thing that is wrong with an entry: the path of its field, and a sentence for operators. */
export type EntryFault = { readonly path: string; readonly detail: string };

/**
 * Everything that is wrong with a biller whose fields are there and of the right type: numbers proved by their check digits, methods that its gateway knows, a
 * schema that its own examples pass. Empty: it may be kept. Pure.
 */
export function faultsOfBiller(entry: BillerEntry): readonly EntryFault[] {
  return [
    ...faultsOfPayee(entry.payee).map((fault) => within("payee", fault)),
    ...faultsOfMethods(entry),
    ...faultsOfReference(entry.reference).map((fault) => within("reference", fault)),
    ...faultsOfHours(entry.hours ?? []),
    ...faultsOfFiles(entry),
    ...faultsOfOrder(entry),
    ...faultsOfDiscount(entry),
    ...faultsOfOwnSums(entry),
  ];
}

function within(room: string, { path, detail }: EntryFault): EntryFault {
  return { path: `${room}.${path}`, detail };
}

function faultsOfPayee(payee: CataloguePayee): EntryFault[] {
  const { bic } = payee;
  const accounts = (["account", "correspondentAccount"] as const).flatMap((path) => {
    const account = payee[path];
    return account === undefined ? [] : faultOf(path, parseBankAccount({ bic, account }), "account");
  });
  return [
    ...faultOf("inn", parseInn(payee.inn), "INN"),
    ...(payee.kpp === undefined ? [] : faultOf("kpp", parseKpp(payee.kpp), "KPP")),
    ...faultOf("bic", parseBic(bic), "BIC"),
    ...(parseBic(bic).ok ? accounts : []),
  ];
}

function faultOf(path: string, proof: Proof<unknown>, what: string): EntryFault[] {
  if (proof.ok) return [];
  const place = proof.at === undefined ? "" : ` (character ${proof.at})`;
  const why = isMistyped(proof) ? "a digit is wrong" : "not of that form";
  return [{ path, detail: `no ${what}: ${why}, ${proof.why}${place}` }];
}

function faultsOfMethods({ gateway, allowedMethods, audience }: BillerEntry): EntryFault[] {
  if (!isMatrixGateway(gateway)) return [{ path: "gateway", detail: `no gateway is called ${gateway}` }];
  const unknown = allowedMethods.flatMap((kind, index) =>
    ruleOf(gateway, kind) === undefined || allowedMethods.indexOf(kind) !== index
      ? [{ path: `allowedMethods[${index}]`, detail: `${kind} is not taken at ${gateway}, or named twice` }]
      : [],
  );
  const forOrganisations = allowedMethods.some((kind) =>
    ruleOf(gateway, kind)?.payers.includes("organisation"),
  );
  if (unknown.length > 0 || audience === "person" || forOrganisations) return unknown;
  return [{ path: "allowedMethods", detail: "none of these may be used by an organisation" }];
}

function isMatrixGateway(name: string): name is MatrixGateway {
  return Object.hasOwn(CAPABILITY_MATRIX, name);
}

function faultsOfHours(hours: readonly Hours[]): EntryFault[] {
  const days = hours.flatMap((one) => one.days);
  return hours.flatMap(({ from, until }, index) => {
    const path = `hours[${index}]`;
    if (!isCivilTime(from)) return [{ path: `${path}.from`, detail: "no time of the day" }];
    if (!isCivilTime(until)) return [{ path: `${path}.until`, detail: "no time of the day" }];
    if (until <= from) return [{ path: `${path}.until`, detail: "is not after the beginning" }];
    return new Set(days).size < days.length ? [{ path: `${path}.days`, detail: "a day is named twice" }] : [];
  });
}

function faultsOfFiles({ fileFormat, source }: BillerEntry): EntryFault[] {
  return source.kind === "registry-file" && fileFormat === null
    ? [{ path: "fileFormat", detail: "a source of files needs their format" }]
    : [];
}

/** A debit that cannot have its order is not sent at all (payment rules §11.1): better known today than at the first bill. */
function faultsOfOrder({ paymentOrder, payee }: BillerEntry): EntryFault[] {
  if (paymentOrder?.enabled !== true) return [];
  const lacking = (["kpp", "correspondentAccount"] as const).filter((field) => payee[field] === undefined);
  const lacks = lacking.map((field) => ({ path: `payee.${field}`, detail: "the payment order needs it" }));
  if (paymentOrder.bank.bic === payee.bic) return lacks;
  return [...lacks, { path: "paymentOrder.bank.bic", detail: "is not the BIC of the payee" }];
}

function faultsOfDiscount({ discountRule }: BillerEntry): EntryFault[] {
  return discountRule?.kind === "percent" && discountRule.value >= 100
    ? [{ path: "discountRule.value", detail: "leaves nothing to pay" }]
    : [];
}

function faultsOfOwnSums({ withoutBill, balances }: BillerEntry): EntryFault[] {
  if (balances !== null && withoutBill === null)
    return [
      {
        path: "balances",
        detail: "a balance is topped up by sums that no bill asks for: withoutBill is missing",
      },
    ];
  return withoutBill !== null && withoutBill.mostMinor < withoutBill.leastMinor
    ? [{ path: "withoutBill.mostMinor", detail: "is below the least" }]
    : [];
}
