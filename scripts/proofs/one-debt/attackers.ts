import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { ApiProblem, type Client, createClient } from "../../../api/client.ts";
import { openPage, shownCode, submitForm } from "../../../test/sandbox/bank/page-visitor.ts";
import type { Chance } from "../chance.ts";
import { firstVisit } from "../../demo/first-visit.ts";
import type { World } from "../world/world.ts";

/** The ways in which a person's wish to pay reaches the engine; the mandate's own debits come beside them. */
export const ROUTES = ["api", "manual", "template"] as const;
export type Route = (typeof ROUTES)[number];

const CONFIRMS_WITHIN_MS = 1_800_000;

/** A person who may pay any of the bills, with cards enough that no card's budget stands in the way. */
export type Attacker = {
  readonly login: string;
  readonly residentId: string;
  readonly methodIds: readonly string[];
  /** Their templates, by the account whose bills each pays. */
  readonly templates: ReadonlyMap<string, string>;
};

/** A bill, and the account that it is of. */
export type Target = { readonly billId: string; readonly account: string };

/** How one request was answered. */
export type Answered = {
  readonly billId: string;
  readonly route: Route;
  readonly status: number;
  /** The problem's code; empty for an answer that is none. */
  readonly code: string;
  readonly paymentId: string | null;
  readonly milliseconds: number;
};

/** Makes cards for a person who signs in with this login, and connects every account to them. */
export async function makeAttacker(
  { db, sealer, api, token }: World,
  order: {
    readonly login: string;
    readonly cards: number;
    readonly bankToken: string;
    readonly billerId: string;
    readonly accounts: readonly string[];
  },
): Promise<Omit<Attacker, "templates">> {
  const residentId = await firstVisit(createClient({ baseUrl: api, token: await token(order.login) }));
  const { rows } = await sql<{ id: string }>`
    select new_code() as id from generate_series(1, ${order.cards})`.execute(db);
  const methodIds = rows.map(({ id }) => id);
  await db
    .insertInto("methods")
    .values(
      methodIds.map((id) => ({
        id,
        resident_id: residentId,
        gateway: "yookassa",
        state: "active",
        token: sealer.seal(order.bankToken, id),
        title: "Bank card *4444",
        last4: "4444",
        card_key: randomUUID(),
        livemode: false,
      })),
    )
    .execute();
  await sql`insert into payer_accounts (resident_id, biller_id, account)
    select ${residentId}, ${order.billerId}, unnest(${order.accounts}::text[]) on conflict do nothing`.execute(
    db,
  );
  return { login: order.login, residentId, methodIds };
}

/** Writes a person's templates for these accounts, a hundred at most, as their owner would have saved them. */
export async function saveTemplates(
  { db }: Pick<World, "db">,
  residentId: string,
  { billerId, accounts }: { readonly billerId: string; readonly accounts: readonly string[] },
): Promise<Attacker["templates"]> {
  const rows = await db
    .insertInto("templates")
    .values(
      accounts.map((account) => ({ resident_id: residentId, biller_id: billerId, name: "Flat", account })),
    )
    .returning(["id", "account"])
    .execute();
  return new Map(rows.map(({ id, account }) => [account, id]));
}

/** One client: pays one bill after another, in an order of its own, and writes down every answer. */
export async function attack(
  world: World,
  client: {
    readonly attacker: Attacker;
    readonly route: Route;
    readonly targets: readonly Target[];
    readonly amountMinor: number;
    readonly chance: Chance;
  },
): Promise<readonly Answered[]> {
  const { attacker, route, targets, amountMinor, chance } = client;
  const token = await world.token(attacker.login);
  const api = createClient({
    baseUrl: world.api,
    token,
    ...(route === "manual" ? { channel: "web" } : {}),
  });
  const answers: Answered[] = [];
  const confirmations: Promise<void>[] = [];
  for (const { billId, account } of targets) {
    const startedAt = performance.now();
    const wish = {
      billId,
      methodId: chance.pick(attacker.methodIds),
      amount: { amountMinor, currency: "RUB" as const },
    };
    const templateId = route === "template" ? attacker.templates.get(account) : undefined;
    const ended = await pay(() =>
      templateId === undefined ? api.payBill(wish) : api.payByTemplate(templateId, wish),
    );
    answers.push({ billId, route, ...ended, milliseconds: performance.now() - startedAt });
    if (ended.status === 201 && ended.paymentId !== null)
      confirmations.push(confirmAtBank(api, ended.paymentId));
  }
  await Promise.all(confirmations);
  return answers;
}

/** Whoever won goes to the bank's page and confirms; the payment needs nobody else then. */
async function confirmAtBank(api: Client, paymentId: string): Promise<void> {
  const deadline = Date.now() + CONFIRMS_WITHIN_MS;
  while (Date.now() < deadline) {
    const { state, confirmation } = await api.getPayment(paymentId);
    if (state === "paid" || state === "closed") return;
    if (confirmation !== null) {
      const page = await openPage(confirmation.url);
      const code = shownCode(page);
      if (code !== "") {
        await submitForm(page, { action: "confirm", code });
        return;
      }
    }
    await pause(500);
  }
}

async function pay(
  ask: () => Promise<{ readonly id: string }>,
): Promise<Pick<Answered, "status" | "code" | "paymentId">> {
  try {
    const { id } = await ask();
    return { status: 201, code: "", paymentId: id };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return { status: error.status, code: error.code, paymentId: error.paymentId ?? null };
  }
}
