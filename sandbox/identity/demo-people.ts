/** What a person may do in the sandbox city; the wire names of the `roles` claim. */
export type DemoRole = "resident" | "operator" | "biller" | "integrator";

/** One invented person with the claims that the identity provider tells about them. `id` is the token's `sub`. */
export interface DemoPerson {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly locale: "ru" | "en";
  readonly zoneinfo: string;
  readonly role: DemoRole;
  readonly billerId?: string;
  /** In E.164. The provider has proved it. */
  readonly phone?: string;
}

const moscow = "Europe/Moscow";

/** Everybody who can sign in. Ids say nothing about the person, because they end up in logs and workflow ids. */
export const demoPeople: readonly DemoPerson[] = [
  {
    id: "p-4f1c07",
    login: "anna",
    name: "Анна Соколова",
    email: "anna@city.example",
    locale: "ru",
    zoneinfo: moscow,
    role: "resident",
    phone: "+79000000101",
  },
  {
    id: "p-92be51",
    login: "boris",
    name: "Борис Ким",
    email: "boris@city.example",
    locale: "ru",
    zoneinfo: moscow,
    role: "resident",
  },
  {
    id: "p-c83d2a",
    login: "clara",
    name: "Clara Weiss",
    email: "clara@city.example",
    locale: "en",
    zoneinfo: moscow,
    role: "resident",
  },
  {
    id: "p-10a9e4",
    login: "olga",
    name: "Ольга Петрова",
    email: "olga@operator.example",
    locale: "ru",
    zoneinfo: moscow,
    role: "operator",
  },
  {
    id: "p-6d77f0",
    login: "pavel",
    name: "Pavel Novak",
    email: "pavel@operator.example",
    locale: "en",
    zoneinfo: moscow,
    role: "operator",
  },
  {
    id: "p-b5e218",
    login: "zhkh",
    name: "Городские коммунальные услуги",
    email: "bills@zhkh.example",
    locale: "ru",
    zoneinfo: moscow,
    role: "biller",
    billerId: "gorod-zhkh",
  },
];

/** The person with this login, if there is one. */
export function personByLogin(login: string): DemoPerson | undefined {
  return demoPeople.find((person) => person.login === login);
}

/** The person with this id (`sub`), if there is one. */
export function personById(id: string): DemoPerson | undefined {
  return demoPeople.find((person) => person.id === id);
}

/** The claims about a person, the same in access token, ID token and userinfo. */
export function claimsOf(person: DemoPerson): Record<string, string | boolean | string[]> {
  return {
    name: person.name,
    email: person.email,
    email_verified: true,
    locale: person.locale,
    zoneinfo: person.zoneinfo,
    roles: [person.role],
    ...(person.phone === undefined ? {} : { phone_number: person.phone, phone_number_verified: true }),
    ...(person.billerId === undefined ? {} : { biller_id: person.billerId }),
  };
}
