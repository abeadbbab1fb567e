import { readFileSync } from "node:fs";
import { z } from "zod";

/** One biller with the secret (`whsec_…`) it shares with the API. */
export interface BillerAccount {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
}

const accounts = z.array(
  z.strictObject({ id: z.string().min(1), name: z.string().min(1), secret: z.string().startsWith("whsec_") }),
);

/** Reads SANDBOX_BILLERS. Throws with the reason when the text is no JSON list of billers. */
export function readBillers(json: string): readonly BillerAccount[] {
  return accounts.parse(JSON.parse(json));
}

const catalogueShape = z.object({
  categories: z.array(
    z.object({
      id: z.string(),
      billerDefaults: z.object({ source: z.object({ kind: z.string() }).optional() }).default({}),
    }),
  ),
  billers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      category: z.string(),
      source: z.object({ kind: z.string() }).optional(),
      payee: z.object({
        name: z.string(),
        inn: z.string(),
        kpp: z.string(),
        bic: z.string(),
        account: z.string(),
        correspondentAccount: z.string(),
      }),
    }),
  ),
});

/** Who gets the money, as the bill says it: INN, KPP, BIC and account numbers as strings of digits. */
export type BillerPayee = z.infer<typeof catalogueShape>["billers"][number]["payee"];

/** Where the city's catalogue lies: the engine imports the very file, so a bill of the city names the requisites that are on file. */
export const catalogueFile = new URL("catalogue.json", import.meta.url);

const catalogue = catalogueShape.parse(JSON.parse(readFileSync(catalogueFile, "utf8")));
const payees = new Map(catalogue.billers.map(({ id, payee }) => [id, payee]));

/** The payee of a demo biller; undefined for billers that the city does not know. */
export function payeeOf(billerId: string): BillerPayee | undefined {
  return payees.get(billerId);
}

/** Billers of the city that tell their bills by themselves: each shares a secret with the API. */
export function pushingBillers(): readonly { readonly id: string; readonly name: string }[] {
  const sources = new Map(catalogue.categories.map(({ id, billerDefaults }) => [id, billerDefaults.source]));
  return catalogue.billers
    .filter(({ category, source }) => ((source ?? sources.get(category))?.kind ?? "push") === "push")
    .map(({ id, name }) => ({ id, name }));
}
