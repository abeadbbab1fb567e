import type { MatrixGateway } from "./capability-matrix.ts";
import type { Rail } from "./notice-packs/pack.ts";

/** The rails that each adapter can debit on. A pack of another rail is refused with real money (payment rules §7.3). */
export const RAILS_OF_GATEWAYS = {
  yookassa: ["saved-method"],
  stripe: ["saved-method"],
} as const satisfies Record<MatrixGateway, readonly Rail[]>;

/** True where an adapter of the rail exists. */
export function isServed(rail: Rail): boolean {
  const served: readonly Rail[] = Object.values(RAILS_OF_GATEWAYS).flat();
  return served.includes(rail);
}
