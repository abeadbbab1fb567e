import type { SavedIdentifier as SavedIdentifierRow } from "../../db/queries/saved-identifiers.ts";
import type { Sealer } from "../../db/sealed.ts";
import { masked, SAVEABLE_KINDS } from "../../domain/saved-identifier.ts";
import type { SavedIdentifier, WholeIdentifier } from "../schemas/profile.ts";

/** A saved identifier with its whole value, for its owner alone. */
export function wholeIdentifierView(row: SavedIdentifierRow, sealer: Sealer): WholeIdentifier {
  const kind = SAVEABLE_KINDS.find((one) => one === row.kind);
  if (kind === undefined) throw new Error(`an identifier of the kind ${row.kind} is not one to be saved`);
  const value = sealer.open(row.sealed, row.id).toString("utf8");
  return {
    id: row.id,
    kind,
    masked: masked(value),
    value,
    label: row.label,
    provedBy: row.provedBy === "identity-provider" ? row.provedBy : null,
    createdAt: row.createdAt,
  };
}

/** A saved identifier as it is listed. */
export function savedIdentifierView(row: SavedIdentifierRow, sealer: Sealer): SavedIdentifier {
  const { value: _, ...shown } = wholeIdentifierView(row, sealer);
  return shown;
}
