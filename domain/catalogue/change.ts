import { canonical } from "../canonical.ts";
import type { BillerEntry, CataloguePayee } from "./entry.ts";

/** Requisites: where money goes. The name of a payee moves no money. */
export type Requisites = Omit<CataloguePayee, "name">;

/** What an import does with one biller. `requisites-differ`: nothing, until somebody has looked at it and said so. */
export type BillerChange =
  | { readonly kind: "added" | "unchanged" }
  | { readonly kind: "changed"; readonly requisites: RequisitesChange | null }
  | { readonly kind: "requisites-differ"; readonly requisites: RequisitesChange };

export type RequisitesChange = { readonly from: Requisites; readonly to: Requisites };

/**
 * Compares a biller with the one on file. A swapped account is the commonest fraud in this trade, and a catalogue that says the swapped account too would
 * hide it from the gate: other requisites of a known biller need a word of their own.
 */
export function judgeBillerChange(
  stored: BillerEntry | undefined,
  wanted: BillerEntry,
  { accepted }: { readonly accepted: boolean },
): BillerChange {
  if (stored === undefined) return { kind: "added" };
  const requisites = { from: requisitesOf(stored.payee), to: requisitesOf(wanted.payee) };
  if (!isSame(requisites.from, requisites.to)) {
    return { kind: accepted ? "changed" : "requisites-differ", requisites };
  }
  return isSame(stored, wanted) ? { kind: "unchanged" } : { kind: "changed", requisites: null };
}

function requisitesOf({ name: _name, ...requisites }: CataloguePayee): Requisites {
  return requisites;
}

function isSame(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}
