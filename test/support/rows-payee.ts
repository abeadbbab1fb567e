import { createHash } from "node:crypto";

/** The requisites that stand on file and, unless a test says otherwise, on every bill. */
export const payee = {
  name: "Городские коммунальные услуги",
  inn: "7700990010",
  kpp: "770001001",
  bic: "044525225",
  account: "40702810900000000301",
} as const;

/** What a bill or an instruction is recognised by: SHA-256 of its JSON, hex. */
export function hash(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
