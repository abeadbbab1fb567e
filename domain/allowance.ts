/** How often something may be done: so many at once, afterwards one each so many seconds. */
export type Allowance = { readonly burst: number; readonly everySeconds: number };

const MINUTE = 60;

/**
 * Looking something up by a number (an account, a UIN, a certificate) shows a bill to whoever knows the number, so numbers must not be guessed: a person may
 * do it 20 times at once and then 144 times a day. Behind one address there may be a whole house or a mobile carrier, so it takes more.
 */
export const LOOK_UPS = {
  person: { burst: 20, everySeconds: 10 * MINUTE },
  address: { burst: 200, everySeconds: MINUTE },
} as const satisfies Record<string, Allowance>;

/** Papers are drawn by the processors that answer everybody: a person may save a year's receipts at once, and not draw without end. */
export const PAPERS = { burst: 40, everySeconds: 15 } as const satisfies Allowance;

const DAY = 24 * 60 * MINUTE;

/** Test messages of one's own channels: enough to put every device right, too few to fill a mailbox or to run up a bill for text messages. */
export const TEST_MESSAGES = { burst: 5, everySeconds: 12 * MINUTE } as const satisfies Allowance;

/** Letters with a link that proves an address: nobody may fill a stranger's mailbox through us, neither alone nor together. */
export const ADDRESS_LETTERS = {
  person: { burst: 5, everySeconds: DAY / 10 },
  mailbox: { burst: 3, everySeconds: DAY / 3 },
} as const satisfies Record<string, Allowance>;

/** A mail's link to unsubscribe is for one person who changes their mind a few times; guessing one is hopeless, and costs turns of the address. */
export const UNSUBSCRIBES = {
  link: { burst: 20, everySeconds: 5 * MINUTE },
  address: { burst: 60, everySeconds: MINUTE },
} as const satisfies Record<string, Allowance>;
