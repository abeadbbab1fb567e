import { createECDH } from "node:crypto";
import { createClient } from "../../api/client.ts";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import { type ApiUnderTest, ask, type Person, startApi } from "../api/support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "../api/support/situations.ts";

export const absentId = "KV-0000-0000-0000";
export const amount = { amountMinor: 512_345, currency: "RUB" };

/** What no answer to anybody else may hold. The name is also a try to become markup. */
export const ownersWords = {
  name: "Анна Тайновладелицына",
  mail: "anna-hidden@city.example",
  template: `Вокзал"'><img src=x onerror=alert(1)>`,
  label: "Машина <script>отца</script>",
  endpoint: "https://push.example.org/send/of-anna",
  certificate: "9942123456",
};

/** The API with one person who has an object of every kind. */
export type OwnedWorld = {
  readonly under: ApiUnderTest;
  readonly owner: Person;
  /** By the room of their address: `bills`, `me/identifiers`. */
  readonly ids: Readonly<Record<string, string>>;
};

/** Somebody with these claims who has accepted the terms, where the token is any good. */
export async function callerWith(
  under: ApiUnderTest,
  subject: string,
  claims: object,
  wrong = {},
): Promise<Person> {
  const token = await under.identity.token({ sub: subject, zoneinfo: "Europe/Moscow", ...claims }, wrong);
  const person = { token, subject };
  await ask(under, person, "POST /v1/me/terms", { body: { version: SERVICE_TERMS.version, locale: "ru" } });
  return person;
}

/** Begins a session of the page in a person's name. */
export async function beginPageSession(under: ApiUnderTest, person: Person, token: string) {
  const page = createClient({
    baseUrl: "https://pay.city.example",
    token: person.token,
    session: token,
    fetch: async (request) => under.api.fetch(request, { page: true }),
  });
  await page.startSession({ token, seconds: 3600 });
  return page;
}

export async function startOwnedWorld(): Promise<OwnedWorld> {
  const under = await startApi({ push: { publicKey: "B", allowed: new Set() } });
  const owner = await callerWith(under, "anna", {
    name: ownersWords.name,
    email: ownersWords.mail,
    email_verified: true,
    roles: ["resident"],
  });
  return { under, owner, ids: await ownEverything(under, owner) };
}

async function ownEverything(under: ApiUnderTest, anna: Person): Promise<Record<string, string>> {
  const make = async (line: string, body: object) => {
    const made = await ask(under, anna, line, { body });
    if (made.status > 202) throw new Error(`${line}: ${made.status} ${made.text}`);
    return String(made.body["id"]);
  };
  const ids: Record<string, string> = {};
  ids["bills"] = await oweBill(under, anna);
  ids["methods"] = await bindCard(under, anna);
  ids["mandates"] = String(
    (await createMandate(under, anna, mandateWish([ids["methods"]], { account: "1" }))).body["id"],
  );
  ids["payments"] = await make("POST /v1/payments", { billId: ids["bills"], amount });
  ids["templates"] = await make("POST /v1/templates", {
    name: ownersWords.template,
    billId: ids["bills"],
    amount: "due",
  });
  ids["me/identifiers"] = await make("POST /v1/me/identifiers", {
    text: ownersWords.certificate,
    kind: "sts",
    label: ownersWords.label,
  });
  const p256dh = createECDH("prime256v1").generateKeys("base64url");
  const keys = { p256dh, auth: Buffer.alloc(16, 1).toString("base64url") };
  ids["me/push-devices"] = await make("POST /v1/me/push-devices", { endpoint: ownersWords.endpoint, keys });
  const page = await beginPageSession(under, anna, "s".repeat(43));
  ids["me/sessions"] = (await page.listSessions()).items[0]?.id ?? "";
  return ids;
}
