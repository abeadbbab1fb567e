import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
} from "../api/support/api-under-test.ts";
import { ACCESS, EXPECTED, type Outcome, ROLES_TRIED, type RoleTried } from "../support/access-table.ts";
import { absentId, amount, callerWith, ownersWords as owners, startOwnedWorld } from "./owned-world.ts";

let under: ApiUnderTest;
let ids: Readonly<Record<string, string>> = {};
const people = {} as Record<Exclude<RoleTried, "nobody">, Person>;

beforeAll(async () => {
  const world = await startOwnedWorld();
  ({ under, ids } = world);
  people.owner = world.owner;
  people["wrong audience"] = await callerWith(
    under,
    "anna",
    { roles: ["operator"] },
    { audience: "another-api" },
  );
  people["another resident"] = await signIn(under, "boris");
  people.operator = await signIn(under, "olga", { roles: ["operator"] });
  people.integrator = await signIn(under, "igor", { roles: ["integrator"] });
  people["own biller"] = await callerWith(under, "bella", { roles: ["biller"], biller_id: "gorod-zhkh" });
  people["another biller"] = await callerWith(under, "boba", { roles: ["biller"], biller_id: "mgts" });
});
afterAll(() => under.close());

const bodies: Record<string, unknown> = {
  "PATCH /v1/mandates/{id}": { overLimit: "ask" },
  "POST /v1/payments/{id}/confirm": { amount },
  "PATCH /v1/templates/{id}": { name: "Flat" },
  "POST /v1/templates/{id}/payments": { amount },
  "PATCH /v1/me/identifiers/{id}": { label: "my car" },
};

const objectOf = (line: string) => /\/v1\/((?:me\/)?[\w-]+)\/\{id\}/.exec(line)?.[1] ?? "";

function send(line: string, person: Person | null, id: string): Promise<Answered> {
  const query = line === "GET /v1/method-choice" ? "?billerId=gorod-zhkh&use=pay-now" : "";
  const filled = line
    .replace("{id}", id)
    .replace("{version}", "1")
    .replace("{topic}", "bills")
    .replace("{channel}", "email")
    .replace("{kind}", "bill")
    .replace("{scope}", "all")
    .replace("{scopeId}", "x")
    .replace("{name}", line.includes("gateways") ? "yookassa" : "gis-gmp")
    .replace("{file}", absentId);
  return ask(under, person, filled + query, { body: bodies[line] });
}

const withoutRequest = ({ body }: Answered) => ({ ...body, requestId: "" });

/** What happened, in the words of the table. */
async function outcomeOf(line: string, role: RoleTried): Promise<Outcome> {
  const access = ACCESS.get(line);
  const person = role === "nobody" ? null : people[role];
  const own = access === "biller" ? "gorod-zhkh" : (ids[objectOf(line)] ?? absentId);
  const answer = await send(line, person, own);
  if (role !== "owner") expectNothingOfTheOwner(line, role, answer);
  if (access === "message") return [401, 403, 404].includes(answer.status) ? "refused" : "in";
  if (access === "page" && answer.status !== 401) return answer.status < 400 ? "in" : "refused";
  if (answer.status === 401 || answer.status === 403) return `${answer.status}`;
  const isOneOwners = access === "owner" || access === "owner-or-operator";
  return isOneOwners && isAbsent(answer, await send(line, person, absentId)) ? "absent" : "in";
}

function isAbsent(answer: Answered, absent: Answered): boolean {
  const same = JSON.stringify(withoutRequest(answer)) === JSON.stringify(withoutRequest(absent));
  return same && answer.status === 404 && absent.status === 404;
}

function expectNothingOfTheOwner(line: string, role: RoleTried, answer: Answered): void {
  const isOperatorsView = role === "operator" && /\/v1\/(operator|payments)\//.test(line);
  const secrets = isOperatorsView ? Object.values(owners) : [...Object.values(owners), ...Object.values(ids)];
  for (const secret of secrets) {
    expect(answer.text.includes(secret), `${line} tells ${role} of ${secret}`).toBe(false);
  }
}

/** Reading first, leaving last: what a command changes is not read any more. */
const rank = (line: string) => {
  if (line === "DELETE /v1/me") return 4;
  // ends them all, those that other lines are about, too
  if (line === "DELETE /v1/me/sessions") return 3;
  return line.startsWith("DELETE") || line.endsWith("/cancel") ? 2 : line.startsWith("GET") ? 0 : 1;
};

test("every address of the document stands in the table, and nothing else does", async () => {
  const { paths } = (await ask(under, null, "GET /openapi.json")).body as { paths: Record<string, object> };
  const lines = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...ACCESS.keys()].sort()).toEqual(lines.sort());
});

test.each(ROLES_TRIED.filter((role) => role !== "owner"))(
  "%s meets what the table says on every address, and nothing of the owner's; what is another's is what does not exist",
  async (role) => {
    const found: string[] = [];
    const wanted: string[] = [];
    for (const line of [...ACCESS.keys()].sort((left, right) => rank(left) - rank(right))) {
      const access = ACCESS.get(line);
      if (access === undefined) continue;
      found.push(`${line}: ${await outcomeOf(line, role)}`);
      wanted.push(`${line}: ${EXPECTED[access][role]}`);
    }
    expect(found).toEqual(wanted);
  },
);

test("after all these strangers the owner's things are as they were, and every address lets the owner in", async () => {
  const before = await countRows(under);
  expect(before).toMatchObject({ templates: 1, saved_identifiers: 1, push_subscriptions: 1 });
  const found: string[] = [];
  const wanted: string[] = [];
  for (const line of [...ACCESS.keys()].sort((left, right) => rank(left) - rank(right))) {
    const access = ACCESS.get(line);
    if (access === undefined) continue;
    found.push(`${line}: ${await outcomeOf(line, "owner")}`);
    wanted.push(`${line}: ${EXPECTED[access].owner}`);
  }
  expect(found).toEqual(wanted);
});
