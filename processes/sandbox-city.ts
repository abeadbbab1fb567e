import { z } from "zod";
import { readBillers } from "../sandbox/billers/biller-book.ts";
import { startCity } from "../sandbox/city.ts";

const port = z.coerce.number().int().min(0).max(65_535);
const environment = z.object({
  SANDBOX_SMTP_PORT: port,
  SANDBOX_MAILBOX_PORT: port,
  SANDBOX_IDENTITY_PORT: port,
  SANDBOX_CITY_PORT: port,
  SANDBOX_REGISTRY_PORT: port,
  SANDBOX_PUSH_PORT: port,
  SANDBOX_REGISTRANT: z.string().regex(/^[0-9a-f]{6}$/),
  SANDBOX_DATA_DIR: z.string().min(1),
  SANDBOX_API_URL: z.url(),
  SANDBOX_PAGE_URL: z.url(),
  SANDBOX_BILLERS: z.string(),
  SANDBOX_CLIENT_ID: z.string().min(1),
  SANDBOX_CLIENT_SECRET: z.string().min(16),
});

const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  console.error(`sandbox city: the environment does not fit.\n${z.prettifyError(parsed.error)}`);
  process.exit(2);
}
const settings = parsed.data;
const city = await startCity({
  smtpPort: settings.SANDBOX_SMTP_PORT,
  mailboxPort: settings.SANDBOX_MAILBOX_PORT,
  identityPort: settings.SANDBOX_IDENTITY_PORT,
  cityPort: settings.SANDBOX_CITY_PORT,
  pushPort: settings.SANDBOX_PUSH_PORT,
  registryPort: settings.SANDBOX_REGISTRY_PORT,
  registrant: settings.SANDBOX_REGISTRANT,
  dataDir: settings.SANDBOX_DATA_DIR,
  apiUrl: settings.SANDBOX_API_URL,
  pageUrl: settings.SANDBOX_PAGE_URL,
  clientId: settings.SANDBOX_CLIENT_ID,
  clientSecret: settings.SANDBOX_CLIENT_SECRET,
  billers: readBillers(settings.SANDBOX_BILLERS),
});

let closing: Promise<void> | undefined;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    closing ??= city.close().then(() => process.exit(0));
  });
}
console.log("ready");
