import { type Proof, proved, type Refused, refused } from "./proof.ts";
import { type Decoded, decodeBytes, encodeText, QR_ENCODINGS, type QrEncoding } from "./qr-encodings.ts";
import { fieldNamed, lengthFault, MANDATORY_QR_FIELDS, type QrField } from "./qr-fields.ts";

/** A complaint about one field of a payment QR. */
export type QrProblem = Refused & { readonly field: string };

/** What stands in the QR of a paper bill. With problems it is not to be paid from without a person's look. */
export type PaymentQr = {
  readonly encoding: QrEncoding;
  readonly separator: string;
  /** Values as written, without blanks around them; empty ones are left out. */
  readonly fields: Readonly<Partial<Record<QrField, string>>>;
  /** Keys that the standard does not know: kept, not judged. */
  readonly others: readonly { readonly key: string; readonly value: string }[];
  /** What is to be paid, in kopecks; null where the bill leaves it open. */
  readonly amountMinor: number | null;
  readonly problems: readonly QrProblem[];
};

/** A QR holds less than 3 KB. */
export const MOST_QR_BYTES = 4096;

const HEADER = "ST0001";
/** The eight bytes of the header: signature, version, encoding, separator. */
const SEPARATOR_AT = 7;
/** As much of a text as a complaint may repeat. */
const MOST_REPEATED = 40;

/**
 * Reads the bytes of a payment QR (ГОСТ Р 56042-2014): the header as ASCII, the rest by the header's digit. Fails where that is no payment QR at all; what is wrong
 * with a field is a problem that names it. A bill cut off between two fields cannot be told from a shorter one, and Windows-1251 cannot be told from
 * KOI8-R: for both there is nothing to prove it by.
 *
 * @param bytes the content as the code holds it, never text that somebody decoded already
 */
export function parsePaymentQr(bytes: Uint8Array): Proof<PaymentQr> {
  const head = String.fromCharCode(...bytes.subarray(0, SEPARATOR_AT));
  const encoding = encodingOf(head);
  if (!encoding.ok) return encoding;
  if (bytes.length > MOST_QR_BYTES) return refused(head, "length");
  const body = bytes.subarray(SEPARATOR_AT);
  const decoded = decodeBytes(body, encoding.value);
  return readBody(decoded, encoding.value, isReallyUtf8(body, encoding.value));
}

/** Reads a payment QR that came as text, decoded by somebody before: its encoding can only be believed. */
export function readPaymentQrText(text: string): Proof<PaymentQr> {
  const head = text.slice(0, SEPARATOR_AT);
  const encoding = encodingOf(head);
  if (!encoding.ok) return encoding;
  if (text.length > MOST_QR_BYTES) return refused(head, "length");
  return readBody({ text: text.slice(SEPARATOR_AT) }, encoding.value, false);
}

function encodingOf(head: string): Proof<QrEncoding> {
  if (!/^ST\d{4}/.test(head)) return refused(head, "qr-header");
  if (!head.startsWith(HEADER)) return refused(head, "qr-version", 3, 4);
  const encoding = QR_ENCODINGS[head.charAt(SEPARATOR_AT - 1) as unknown as keyof typeof QR_ENCODINGS];
  return encoding === undefined ? refused(head, "qr-encoding", SEPARATOR_AT) : proved(encoding);
}

/** A header of a single-byte encoding over bytes that are UTF-8 with Cyrillic in it: by chance that does not happen. */
function isReallyUtf8(body: Uint8Array, encoding: QrEncoding): boolean {
  if (encoding === "utf-8") return false;
  const { text, brokenAt } = decodeBytes(body, "utf-8");
  return brokenAt === undefined && /[А-Яа-я]/.test(text);
}

function readBody(decoded: Decoded, encoding: QrEncoding, isOther: boolean): Proof<PaymentQr> {
  const [separator = ""] = decoded.text;
  if (separator === "" || /[\p{L}\p{N}\p{Cc}=]/u.test(separator)) {
    return refused(separator, "qr-separator", SEPARATOR_AT + 1);
  }
  const text = decoded.text.slice(separator.length).replace(/[\r\n\0]+$/, "");
  const parts = text.split(separator);
  const broken = decoded.brokenAt === undefined ? undefined : parts.pop();
  if (parts.at(-1) === "") parts.pop();
  const found = collect(parts);
  const { fields } = found;
  const problems = [
    ...(isOther ? [otherEncoding([...parts, broken ?? ""])] : []),
    ...(broken === undefined
      ? [...sequenceProblems(found), ...found.problems, ...valueProblems(fields)]
      : []),
    // What comes behind the break is unknown: that it is missing is no second complaint.
    ...(broken === undefined || isOther ? [] : [problem(keyOf(broken), "bytes-broken")]),
  ];
  const amountMinor = Number(/^\d{1,16}$/.test(fields.Sum ?? "") ? fields.Sum : 0);
  return proved({
    encoding,
    separator,
    fields,
    others: found.others,
    amountMinor: amountMinor > 0 && Number.isSafeInteger(amountMinor) ? amountMinor : null,
    problems,
  });
}

type Collected = {
  readonly fields: PaymentQr["fields"];
  readonly others: PaymentQr["others"];
  /** Known fields in the order of the bill. */
  readonly order: readonly QrField[];
  readonly problems: readonly QrProblem[];
};

/** Takes the parts apart at their first `=`, which a value may hold, too. */
function collect(parts: readonly string[]): Collected {
  const fields: Partial<Record<QrField, string>> = {};
  const others: { key: string; value: string }[] = [];
  const order: QrField[] = [];
  const problems: QrProblem[] = [];
  let previous = "";
  for (const part of parts) {
    const [, key = "", rawValue = ""] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    const value = rawValue.trim();
    const field = fieldNamed(key);
    if (key.trim() === "") {
      // The rest of a value that holds the separator, or a bill cut off inside a key.
      problems.push(problem(previous === "" ? keyOf(part) : previous, "field-without-value", part));
      continue;
    }
    previous = field ?? keyOf(part);
    if (field === undefined) others.push({ key: keyOf(part), value });
    else if (order.includes(field)) problems.push(problem(field, "field-twice", value));
    else order.push(field);
    if (field !== undefined && value !== "") fields[field] ??= value;
    const control = /\p{Cc}/u.exec(value);
    if (control) {
      problems.push({ ...problem(previous, "control-character", value), at: control.index + 1 });
    }
  }
  return { fields, others, order, problems };
}

function sequenceProblems({ fields, order }: Pick<Collected, "fields" | "order">): QrProblem[] {
  const missing = MANDATORY_QR_FIELDS.filter((field) => fields[field] === undefined);
  if (missing.length > 0) return missing.map((field) => problem(field, "field-missing"));
  const misplaced = MANDATORY_QR_FIELDS.find((field, index) => order[index] !== field);
  return misplaced === undefined ? [] : [problem(misplaced, "field-out-of-order")];
}

function valueProblems(fields: PaymentQr["fields"]): QrProblem[] {
  const lengths = (Object.entries(fields) as [QrField, string][]).flatMap(([field, value]) => {
    const fault = lengthFault(field, value);
    return fault === undefined ? [] : [{ ...problem(field, fault.why, value), expected: [fault.limit] }];
  });
  const sums = (["Sum", "AddAmount"] as const).flatMap((field) => {
    const value = fields[field] ?? "0";
    if (!/^\d+$/.test(value)) {
      return [{ ...problem(field, "sum-in-kopecks", value), character: value.slice(0, MOST_REPEATED) }];
    }
    return Number.isSafeInteger(Number(value)) ? [] : [problem(field, "sum-too-large", value)];
  });
  return [...lengths, ...sums];
}

/** Names the first field that is written in the other encoding. */
function otherEncoding(parts: readonly string[]): QrProblem {
  // oxlint-disable-next-line no-control-regex -- everything beyond ASCII is meant
  const first = parts.find((part) => /[^\u0000-\u007f]/.test(part)) ?? "";
  return problem(keyOf(first), "other-encoding");
}

/** The field that a part names, or as much of its text as can be repeated. */
function keyOf(part: string): string {
  const [key = ""] = part.split("=", 1);
  return fieldNamed(key) ?? key.trim().slice(0, MOST_REPEATED);
}

function problem(field: string, why: QrProblem["why"], read = ""): QrProblem {
  return { ok: false, why, read, field };
}

/** What is to be written: the five mandatory fields, and others in any order. */
export type PaymentQrContent = {
  readonly encoding: QrEncoding;
  readonly fields: Readonly<Partial<Record<QrField, string>>>;
  /** One character that no value holds; left out, the first of the usual ones that fits is taken. */
  readonly separator?: string;
};

const USUAL_SEPARATORS = ["|", ";", "~", "^", "#", "*", "!", "@"];

/** Writes the bytes of a payment QR. Fails where a value is missing, too long, not in the encoding, or holds every separator that may be used. */
export function encodePaymentQr(content: PaymentQrContent): Proof<Uint8Array> {
  const { encoding, fields } = content;
  const given = (Object.entries(fields) as [QrField, string][]).filter(([, value]) => value !== "");
  const isMandatory = (field: string) => MANDATORY_QR_FIELDS.some((one) => one === field);
  const ordered = [
    ...MANDATORY_QR_FIELDS.flatMap((field) => given.filter(([name]) => name === field)),
    ...given.filter(([name]) => !isMandatory(name)),
  ];
  const order = ordered.map(([field]) => field);
  const [fault] = [
    ...sequenceProblems({ fields: Object.fromEntries(ordered), order }),
    ...valueProblems(fields),
  ];
  if (fault) return fault;
  const offered = content.separator === undefined ? USUAL_SEPARATORS : [content.separator];
  const separator = offered.find((one) => ordered.every(([, value]) => !value.includes(one)));
  if (separator === undefined) return refused(offered.join(""), "qr-separator");
  const unwritable = ordered.find(([, value]) => encodeText(value, encoding) === undefined);
  if (unwritable) return problem(unwritable[0], "not-in-encoding", unwritable[1]);
  const digit = Object.entries(QR_ENCODINGS).find(([, name]) => name === encoding)?.[0] ?? "";
  const text = [`${HEADER}${digit}`, ...ordered.map(([field, value]) => `${field}=${value}`)].join(separator);
  const bytes = encodeText(text, encoding);
  if (bytes === undefined) return refused(separator, "qr-separator");
  return bytes.length > MOST_QR_BYTES ? refused(`${HEADER}${digit}`, "length") : proved(bytes);
}
