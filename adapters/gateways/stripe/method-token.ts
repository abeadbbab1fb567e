/** What we keep of a saved method: the owner and the method, for the vendor charges a saved method only together with its owner. */
export type MethodParts = { readonly customer: string; readonly paymentMethod: string };

const TOKEN = /^(cus_[0-9A-Za-z_]+)\/(pm_[0-9A-Za-z_]+)$/;

/** Writes the one opaque string that the engine keeps. */
export function methodToken({ customer, paymentMethod }: MethodParts): string {
  return `${customer}/${paymentMethod}`;
}

/** Reads what {@link methodToken} wrote; `null` for anything else. */
export function partsOf(token: string): MethodParts | null {
  const [, customer, paymentMethod] = TOKEN.exec(token) ?? [];
  return customer === undefined || paymentMethod === undefined ? null : { customer, paymentMethod };
}
