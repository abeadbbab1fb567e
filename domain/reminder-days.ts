/** Days before (negative: after) the due day on which an unpaid bill is mentioned again. */
export const REMINDER_DAYS = [7, 3, 1, -1] as const;

/** Days before the last day of a discount on which its end is mentioned. */
export const DISCOUNT_DAYS = [3, 0] as const;
