import type { Terms } from "./terms.ts";

/** Names the shape below; another shape gets another name. */
export const CONSENT_FORMAT = "kvitok-consent/1";

/** The `typ` of the signed document's header: a signature of ours over anything else is no consent. */
export const CONSENT_TYPE = "kvitok-consent+jws";

/** What a payer agreed to when, as it is signed; no card data but what the text itself shows. */
export type ConsentDocument = {
  readonly format: typeof CONSENT_FORMAT;
  /** Where the payer gave it: the public address of the engine, whose keys are published there. */
  readonly issuer: string;
  readonly livemode: boolean;
  readonly mandate: {
    readonly id: string;
    readonly version: number;
    readonly biller: { readonly id: string; readonly name: string };
  };
  /** Methods by our ids. */
  readonly terms: Terms;
  readonly consent: {
    /** Exactly as it was shown. */
    readonly text: string;
    /** SHA-256 of the text's UTF-8 bytes, hex. */
    readonly textHash: string;
    readonly edition: string;
    readonly locale: "ru" | "en";
    /** ISO 8601, UTC. */
    readonly givenAt: string;
    readonly signIn: string;
    readonly device: DeviceClass;
  };
};

export const DEVICE_CLASSES = ["phone", "tablet", "computer", "television", "unknown"] as const;
/** On what kind of device it was given; never which one. */
export type DeviceClass = (typeof DEVICE_CLASSES)[number];
