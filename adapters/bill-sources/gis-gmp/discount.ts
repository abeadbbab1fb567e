import { type BillDiscount, isDiscount } from "../../../domain/discount.ts";
import type { FieldReader } from "./fields.ts";
import { childOf, type FormatVersion, schemaAddress } from "./names.ts";
import { readDate } from "./times.ts";
import type { XmlElement } from "./xml.ts";

type DiscountElement = {
  readonly name: string;
  readonly kind: BillDiscount["kind"];
  readonly value: RegExp;
};

/** The three shapes of a discount (protocol facts §4.3): kopecks off, whole percent off, or the part that stays due. */
const ELEMENTS: readonly DiscountElement[] = [
  { name: "DiscountFixed", kind: "amount", value: /^\d{1,15}$/ },
  { name: "DiscountSize", kind: "percent", value: /^(?:[1-9]\d?|100)$/ },
  { name: "MultiplierSize", kind: "share", value: /^0\.\d\d?$/ },
];

/** Reads the discount of a charge; null where it has none, undefined where it is wrong. An expiry of `0` is no end. */
export function readDiscount(
  fields: FieldReader,
  { charge, totalMinor, version }: { charge: XmlElement; totalMinor: number; version: FormatVersion },
): BillDiscount | null | undefined {
  const common = schemaAddress("Common", version);
  const found = charge.children.filter(
    ({ name, namespace }) => namespace === common && ELEMENTS.some((one) => one.name === name),
  );
  const [element] = found;
  if (element === undefined) return null;
  const rule = ELEMENTS.find(({ name }) => name === element.name);
  if (rule === undefined || found.length > 1) return fields.fault("Discount", "contradiction");
  const value = childOf(element, common, "Value")?.text.trim() ?? "";
  const expiry = childOf(element, common, "Expiry")?.text.trim() ?? "";
  if (!rule.value.test(value)) return fields.fault(`${rule.name}.Value`, value === "" ? "missing" : "format");
  const until = expiry === "0" ? null : readDate(expiry);
  if (until === undefined) return fields.fault(`${rule.name}.Expiry`, expiry === "" ? "missing" : "format");
  const discount: BillDiscount = { kind: rule.kind, value: Number(value), until };
  return isDiscount(discount, totalMinor) ? discount : fields.fault(`${rule.name}.Value`, "contradiction");
}
