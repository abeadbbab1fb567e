import type { Face } from "./face.ts";
import type { StripeKind, Wire } from "./records.ts";
import { invalidRequest } from "./stripe-error.ts";
import { toWire } from "./wire.ts";

type Expandable = Readonly<Partial<Record<string, StripeKind>>>;

/** Fields that hold an id and may be shown as the object itself. */
const expandable: Readonly<Record<StripeKind, Expandable>> = {
  customer: {},
  payment_method: { customer: "customer" },
  payment_intent: { customer: "customer", payment_method: "payment_method", latest_charge: "charge" },
  charge: {
    customer: "customer",
    payment_intent: "payment_intent",
    balance_transaction: "balance_transaction",
  },
  refund: { charge: "charge", payment_intent: "payment_intent", balance_transaction: "balance_transaction" },
  balance_transaction: {},
  dispute: { charge: "charge", payment_intent: "payment_intent" },
  setup_intent: { customer: "customer", payment_method: "payment_method", mandate: "mandate" },
  mandate: { payment_method: "payment_method" },
  "checkout.session": { setup_intent: "setup_intent", customer: "customer" },
  event: {},
};

const deepest = 4;

/** Checks `expand[]` before anything is executed; throws 400 for a path that leads nowhere. */
export function checkExpansion(kind: StripeKind, list: boolean, paths: readonly string[]): void {
  for (const path of paths) {
    const parts = path.split(".");
    if (list && parts.shift() !== "data") throw cannot(path);
    if (parts.length === 0 || parts.length > deepest) throw cannot(path);
    let here: StripeKind | undefined = kind;
    for (const part of parts) {
      const fields: Expandable = expandable[here];
      here = Object.hasOwn(fields, part) ? fields[part] : undefined;
      if (here === undefined) throw cannot(path);
    }
  }
}

function cannot(path: string) {
  return invalidRequest(`This property cannot be expanded (${path}).`, "expand");
}

/** The object with the objects that `paths` ask for in the place of their ids. The paths must have been checked. */
export function expanded(face: Face, kind: StripeKind, wire: Wire, paths: readonly string[]): Wire {
  const fields = new Set(paths.map((path) => path.split(".")[0] ?? ""));
  const replaced = [...fields].flatMap((field): [string, Wire][] => {
    const target = expandable[kind][field];
    const id = wire[field];
    if (target === undefined || typeof id !== "string") return [];
    const deeper = paths
      .filter((path) => path.startsWith(`${field}.`))
      .map((path) => path.slice(field.length + 1));
    return [[field, expanded(face, target, toWire(face, face.shelf.get(target, id)), deeper)]];
  });
  return { ...wire, ...Object.fromEntries(replaced) };
}

/** A list with every one of its objects expanded. */
export function expandedList(face: Face, kind: StripeKind, list: Wire, paths: readonly string[]): Wire {
  const inner = paths.map((path) => path.slice("data.".length));
  const data = Array.isArray(list.data) ? list.data : [];
  return { ...list, data: data.map((wire: Wire) => expanded(face, kind, wire, inner)) };
}
