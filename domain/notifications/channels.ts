/** Ways a message reaches a resident, in the order in which one stands in for another that failed. */
export const CHANNELS = ["email", "push", "sms"] as const;

export type ChannelName = (typeof CHANNELS)[number];

/** Quiet hours by civil minutes of the recipient's day, `from` inclusive, `to` exclusive; they may pass midnight. */
export type QuietHours = { readonly fromMinute: number; readonly toMinute: number };

/** What holds where a resident has chosen nothing. */
export type ChannelDefaults = {
  /** Messages come by this channel once it can be reached. */
  readonly isOn: boolean;
  /** Null: a channel that wakes nobody is quiet only where its owner asks for it. */
  readonly quiet: QuietHours | null;
  /** The provider's word proves that the message has arrived, so it can carry a notice (payment rules §7.3). */
  readonly carriesNotices: boolean;
};

const night = { fromMinute: 22 * 60, toMinute: 8 * 60 } as const satisfies QuietHours;

export const CHANNEL_DEFAULTS = {
  email: { isOn: true, quiet: null, carriesNotices: true },
  push: { isOn: true, quiet: night, carriesNotices: false },
  sms: { isOn: false, quiet: night, carriesNotices: true },
} as const satisfies Record<ChannelName, ChannelDefaults>;
