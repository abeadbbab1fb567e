import { randomUUID } from "node:crypto";
import { createClient } from "../../../api/client.ts";
import type { Answering, WholeWorld } from "../../../test/support/whole-world.ts";
import { Webhook } from "standardwebhooks";
import { pushBills } from "../world/bills.ts";
import { makePayers } from "../world/payers.ts";
import { SERVICE_TERMS } from "../../../words/service-terms.ts";

/** What the API answered while it was tried, seen from its own side. */
export type Watch = {
  readonly around: (api: Answering) => Answering;
  readonly requests: () => number;
  readonly byStatus: () => Readonly<Record<string, number>>;
  /** Every answer of 5xx: method and address. */
  readonly broken: () => readonly string[];
};

const PUSH = /^\/v1\/billers\/([^/]+)\/(bills|balances)$/;
const MOST_TOLD = 100;

/**
 * Counts requests and answers, and signs what billers say, as no tool can that knows the document alone. Every eighth push goes without.
 *
 * @param secret of every biller (`whsec_…`)
 */
export function watchOver(secret: string): Watch {
  const statuses = new Map<string, number>();
  const broken: string[] = [];
  let requests = 0;
  const around = (api: Answering): Answering => {
    return async (request, bindings) => {
      requests += 1;
      const asked = requests % 8 === 0 ? request : await signed(request, secret);
      const answer = await api(asked, bindings);
      const status = String(answer.status);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const { pathname, search } = new URL(request.url);
      if (answer.status >= 500 && broken.length < MOST_TOLD)
        broken.push(`${status} ${request.method} ${pathname}${search}`);
      return answer;
    };
  };
  return {
    around,
    requests: () => requests,
    byStatus: () => Object.fromEntries([...statuses].toSorted(([a], [b]) => a.localeCompare(b))),
    broken: () => broken,
  };
}

async function signed(request: Request, secret: string): Promise<Request> {
  const isPush = request.method === "POST" && PUSH.test(new URL(request.url).pathname);
  const isStreamed = /ndjson|csv/.test(request.headers.get("content-type") ?? "");
  if (!isPush || isStreamed) return request;
  const body = await request.text();
  const [id, at] = [`msg_${randomUUID()}`, new Date()];
  const headers = new Headers(request.headers);
  headers.set("webhook-id", id);
  headers.set("webhook-timestamp", String(Math.floor(at.getTime() / 1000)));
  headers.set("webhook-signature", new Webhook(secret).sign(id, at, body));
  return new Request(request.url, { method: "POST", headers, body });
}

/** Who asks, and what there is to be asked for, by the name of what it fills. */
export type FuzzGround = {
  readonly tokens: Readonly<Record<"OPERATOR" | "BILLER" | "LEAVER" | "RESIDENT", string>>;
  readonly dictionaries: Readonly<Record<string, readonly string[]>>;
};

/** Lets a resident live a little in this world, so that ids exist which a request can be about. */
export async function layGround(world: WholeWorld): Promise<FuzzGround> {
  const [biller] = world.billers;
  if (biller === undefined) throw new Error("this world has no biller");
  const card = await world.bank.bindCard();
  const [payer] = await makePayers(world, {
    count: 1,
    billerId: biller.id,
    gateway: "yookassa",
    token: card,
    issuer: world.issuer,
  });
  if (payer === undefined) throw new Error("nobody was made");
  const accounts = Array.from({ length: 12 }, (_, index) => `77001${String(index).padStart(5, "0")}`);
  const resident = await world.token(payer.residentId);
  const me = createClient({ baseUrl: world.api, token: resident });
  for (const account of accounts) await me.connectAccount({ billerId: biller.id, account });
  const bills = await pushBills(
    world,
    accounts.map((account, index) => ({ billerId: biller.id, account, amountMinor: 10_000 + index })),
  );
  const [billId] = bills;
  const paid = await me.payBill({
    billId: billId ?? "",
    amount: { amountMinor: 10_000, currency: "RUB" },
    methodId: payer.methodId,
  });
  const leaver = await world.token("leaver");
  await createClient({ baseUrl: world.api, token: leaver }).acceptTerms({
    version: SERVICE_TERMS.version,
    locale: "ru",
  });
  return {
    tokens: {
      RESIDENT: resident,
      LEAVER: leaver,
      OPERATOR: await world.token("operator", { roles: ["resident", "operator"] }),
      BILLER: await world.token("clerk", { roles: ["biller"], billerId: biller.id }),
    },
    dictionaries: {
      billers: world.billers.map(({ id }) => id),
      accounts,
      bills,
      payments: [paid.id],
      methods: [payer.methodId],
      mandates: [payer.mandateId],
    },
  };
}
