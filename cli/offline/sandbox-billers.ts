/** What the engine knows about a demo biller beside its name and secret. */
export type DemoBiller = {
  readonly category: string;
  readonly payee: {
    readonly name: string;
    readonly inn: string;
    readonly kpp: string;
    readonly bic: string;
    readonly account: string;
    readonly correspondentAccount: string;
  };
};

const bank = { bic: "044525225", correspondentAccount: "30101810400000000225" };

/**
 * Categories and requisites of the sandbox city's billers. Invented, with right check digits; the city's billers put the same ones on their
 * bills, so a bill with other requisites is the stranger that it would be in life.
 */
export const demoBillers: Readonly<Record<string, DemoBiller>> = {
  "gorod-zhkh": {
    category: "housing",
    payee: {
      ...bank,
      name: "ГКУ «Городские коммунальные услуги»",
      inn: "7700990010",
      kpp: "770001001",
      account: "40702810900000000301",
    },
  },
  "school-1507": {
    category: "school",
    payee: {
      ...bank,
      name: "ГБОУ «Школа № 1507»",
      inn: "7720990026",
      kpp: "772001001",
      account: "40602810300000000302",
    },
  },
  mgts: {
    category: "home-phone",
    payee: {
      ...bank,
      name: "ПАО «Домашний телефон»",
      inn: "7710990034",
      kpp: "771001001",
      account: "40702810500000000303",
    },
  },
};
