/** The number by which a biller knows its payer: letters, digits and the separators that papers use. */
export const ACCOUNT_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N} ./-]*$/u;
export const LONGEST_ACCOUNT = 64;

/** One line of words: no control characters, no line or paragraph separators, no halves of characters. */
export const LINE_PATTERN = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/** What kinds of debts of one account and period are called: `charge`, `penalty`… */
export const KIND_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;

export const LONGEST_PURPOSE = 210;
export const LONGEST_PAYEE_NAME = 160;
export const LONGEST_EXTERNAL_ID = 128;

/** The largest amount that one bill or payment may name: 100 000 000 roubles, in kopecks. */
export const LARGEST_AMOUNT_MINOR = 10_000_000_000;
