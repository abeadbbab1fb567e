import { emailChannel } from "../adapters/channels/email/email-channel.ts";
import type { Channel } from "../adapters/channels/port.ts";
import { pushChannel, type VapidKeys } from "../adapters/channels/push/push-channel.ts";
import { fileDropChannel } from "../adapters/channels/sms/file-drop.ts";
import { guardedWeb } from "../adapters/public-web/guarded-web.ts";
import type { AllowedHosts } from "../adapters/public-web/public-address.ts";
import type { Config } from "./config.ts";
import { readDkimKey } from "./dkim-key.ts";

/** What web push is configured by. */
export const pushVariables = [
  "KVITOK_VAPID_PUBLIC",
  "KVITOK_VAPID_PRIVATE",
  "KVITOK_VAPID_SUBJECT",
  "KVITOK_PUBLIC_WEB_ALLOWED",
] as const satisfies readonly (keyof Config)[];

/** What mail is configured by. */
const mailVariables = [
  "KVITOK_SMTP_URL",
  "KVITOK_MAIL_FROM",
  "KVITOK_DKIM_DOMAIN",
  "KVITOK_DKIM_SELECTOR",
  "KVITOK_DKIM_KEY",
  "KVITOK_DKIM_KEY_FILE",
] as const satisfies readonly (keyof Config)[];

type PushConfig = Pick<Config, (typeof pushVariables)[number]>;

/**
 * Our keys for push services; undefined: web push is off.
 *
 * @throws Error when there is one of them and not the others
 */
export function vapidKeysOf(config: PushConfig): VapidKeys | undefined {
  const { KVITOK_VAPID_PUBLIC: publicKey, KVITOK_VAPID_PRIVATE: privateKey } = config;
  const subject = config.KVITOK_VAPID_SUBJECT;
  const given = [publicKey, privateKey, subject].filter((text) => text !== "").length;
  if (given === 0) return undefined;
  if (given < 3)
    throw new Error(
      "web push needs KVITOK_VAPID_PUBLIC, KVITOK_VAPID_PRIVATE and KVITOK_VAPID_SUBJECT together",
    );
  return { publicKey, privateKey, subject };
}

export function allowedHosts(config: Pick<Config, "KVITOK_PUBLIC_WEB_ALLOWED">): AllowedHosts {
  return new Set(config.KVITOK_PUBLIC_WEB_ALLOWED);
}

/** How people are reached here: by mail, and by what else is configured. */
export function createChannels(
  config: PushConfig & Pick<Config, (typeof mailVariables)[number] | "KVITOK_SMS_DROP">,
): readonly Channel[] {
  const vapid = vapidKeysOf(config);
  const folder = config.KVITOK_SMS_DROP;
  return [
    emailChannel({
      smtpUrl: config.KVITOK_SMTP_URL,
      from: config.KVITOK_MAIL_FROM,
      dkim: readDkimKey(config),
    }),
    ...(vapid === undefined
      ? []
      : [pushChannel({ vapid, web: guardedWeb({ allowed: allowedHosts(config) }) })]),
    ...(folder === "" ? [] : [fileDropChannel({ folder })]),
  ];
}
