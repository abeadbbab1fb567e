import { createHash } from "node:crypto";
import { parseBankAccount } from "../../domain/identifiers/bic-account.ts";
import { parseInn } from "../../domain/identifiers/inn.ts";
import { DISTRICTS, DUTIES, OBJECTS, OFFICES, QUESTIONS } from "../../words/generated-kinds.ts";

/** As many titles as there are without saying one twice. */
export const MOST_KINDS = DUTIES.length * OBJECTS.length * DISTRICTS.length;

/** Shares no divisor with {@link MOST_KINDS}: walking by it meets every title once before any comes again. */
const STEP = 1_009;
/** A bank that does not exist. */
const BIC = "044599950";
const REGIONS = ["77", "50", "78", "47", "16"];
const DIGITS = Array.from("0123456789");

/**
 * A catalogue of invented kinds of bills for organisations, each with one biller, as `kvitok billers import` reads it, line by line: the same seed gives the same
 * lines. Every number in it is proved by its check digits, every example by its own schema.
 *
 * @throws RangeError for more kinds than there are titles
 */
export function* generatedCatalogue(of: {
  readonly kinds: number;
  readonly seed: number;
}): Generator<string> {
  const { kinds, seed } = of;
  if (kinds < 1 || kinds > MOST_KINDS) throw new RangeError(`from 1 to ${MOST_KINDS} kinds`);
  yield JSON.stringify({ catalogue: { version: 1, demonstration: true } });
  // categories first: billers that stand together are taken in together
  for (let index = 0; index < kinds; index += 1)
    yield JSON.stringify({ category: kindOf(seed, index).category });
  for (let index = 0; index < kinds; index += 1) yield JSON.stringify({ biller: kindOf(seed, index).biller });
}

function kindOf(seed: number, index: number) {
  const place = (index * STEP + seed) % MOST_KINDS;
  const duty = at(DUTIES, place);
  const object = at(OBJECTS, Math.floor(place / DUTIES.length));
  const district = at(DISTRICTS, Math.floor(place / DUTIES.length / OBJECTS.length));
  const id = `generated-${seed}-${String(index + 1).padStart(5, "0")}`;
  const digits = digitsOf(`${seed}/${index}`);
  const region = at(REGIONS, Number(digits.slice(0, 2)));
  const office = at(OFFICES, Number(digits.slice(2, 4)));
  const number = index + 1;
  const title = (n: 0 | 1) => `${duty[n]}: ${object[n]} (${district[n]})`;
  const name = (n: 0 | 1) => `${office[n]} ${n === 0 ? "№" : "No."} ${number}, ${object[n]}, ${district[n]}`;
  const category = {
    id,
    audience: "organisation",
    section: index % 4 === 3 ? "additional" : "main",
    ...(index % 5 === 4 ? { region } : {}),
    title: { ru: title(0), en: title(1) },
    position: 1_000 + index,
  };
  const biller = {
    id,
    category: id,
    name: name(0),
    nameEn: name(1),
    region,
    payee: payeeOf(name(0), region, digits),
    allowedMethods: ["bank_card"],
    settleDays: index % 3,
    reference: referenceOf(index, digits),
    source: { kind: index % 7 === 6 ? "gis-gmp" : "push" },
    ...(index % 10 === 9 ? { discountRule: { kind: "percent", value: 10, withinDays: 20 } } : {}),
  };
  return { category, biller };
}

function at<Item>(list: readonly Item[], place: number): Item {
  const item = list[place % list.length];
  if (item === undefined) throw new Error("an empty list has no items");
  return item;
}

/** Sixty digits that a text decides. */
function digitsOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return BigInt(`0x${hash}`).toString().padStart(60, "0").slice(-60);
}

function payeeOf(name: string, region: string, digits: string) {
  const inn = completed(
    (digit) => `${region}${digits.slice(4, 11)}${digit}`,
    (text) => parseInn(text).ok,
  );
  const account = completed(
    (digit) => `40602810${digit}${digits.slice(11, 22)}`,
    (text) => parseBankAccount({ bic: BIC, account: text }).ok,
  );
  return { name, inn, kpp: `${inn.slice(0, 4)}01001`, bic: BIC, account };
}

/** Tries every digit in the place of the check digit: the rules themselves say which one is right. */
function completed(write: (digit: string) => string, fits: (text: string) => boolean): string {
  const right = DIGITS.map(write).find(fits);
  if (right === undefined) throw new Error(`no check digit completes ${write("?")}`);
  return right;
}

/** Half of them know their payer by INN and KPP, the others by a contract. */
function referenceOf(index: number, digits: string) {
  if (index % 2 === 1) {
    const contract = { key: "contract", pattern: "\\d{2}-\\d{6}", ...QUESTIONS.contract };
    return {
      fields: [{ ...contract, example: `${digits.slice(22, 24)}-${digits.slice(24, 30)}` }],
      period: "none",
    };
  }
  const inn = completed(
    (digit) => `77${digits.slice(30, 37)}${digit}`,
    (text) => parseInn(text).ok,
  );
  return {
    fields: [
      { key: "inn", identifier: "inn", ...QUESTIONS.inn, example: inn },
      { key: "kpp", identifier: "kpp", ...QUESTIONS.kpp, example: "770101001", optional: true },
    ],
    period: index % 6 === 0 ? "month" : "none",
  };
}
