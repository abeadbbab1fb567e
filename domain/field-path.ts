/** A path into an input as whoever wrote it would point at it: `limitPerPayment.amountMinor`, `methods[0]`. */
export function writtenPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}
