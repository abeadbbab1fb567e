import { z } from "zod";

/** One biller with the secret (`whsec_…`) it shares with the API. */
export interface BillerAccount {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
}

/** Who gets the money, as the bill says it: INN, KPP, BIC and account numbers as strings of digits. */
export interface BillerPayee {
  readonly name: string;
  readonly inn: string;
  readonly kpp: string;
  readonly bic: string;
  readonly account: string;
  readonly correspondentAccount: string;
}

const accounts = z.array(
  z.strictObject({ id: z.string().min(1), name: z.string().min(1), secret: z.string().startsWith("whsec_") }),
);

/** Reads SANDBOX_BILLERS. Throws with the reason when the text is no JSON list of billers. */
export function readBillers(json: string): readonly BillerAccount[] {
  return accounts.parse(JSON.parse(json));
}

const bank = { bic: "044525225", correspondentAccount: "30101810400000000225" };

/** Requisites of the demo billers; made up, with right check digits, because the API proves them. */
const payees: Readonly<Record<string, BillerPayee>> = {
  "gorod-zhkh": {
    ...bank,
    name: "ГКУ «Городские коммунальные услуги»",
    inn: "7700990010",
    kpp: "770001001",
    account: "40702810900000000301",
  },
  "school-1507": {
    ...bank,
    name: "ГБОУ «Школа № 1507»",
    inn: "7720990026",
    kpp: "772001001",
    account: "40602810300000000302",
  },
  mgts: {
    ...bank,
    name: "ПАО «Домашний телефон»",
    inn: "7710990034",
    kpp: "771001001",
    account: "40702810500000000303",
  },
};

/** The payee of a demo biller; undefined for billers that the city does not know by heart. */
export function payeeOf(billerId: string): BillerPayee | undefined {
  return payees[billerId];
}
