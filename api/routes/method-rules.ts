import { createRoute } from "@hono/zod-openapi";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { findBill } from "../../db/queries/bills.ts";
import { listMethods, readTaker } from "../../db/queries/methods.ts";
import {
  judgeMethod,
  METHOD_KINDS,
  METHOD_USES,
  type MethodRefusal,
  type MethodRoad,
  type RoadRule,
  ruleOf,
  WALLETS,
} from "../../domain/capability-matrix.ts";
import { CURRENCIES, type Money } from "../../domain/money.ts";
import { say } from "../../words/say.ts";
import { mayEnterAtGateway } from "../bindings.ts";
import type { Api } from "../environment.ts";
import { isSavable, judgedOnce, needsPhone, whyUnfit } from "../method-fit.ts";
import type { ProblemLocale } from "../problem-words.ts";
import { Refusal, refuseField } from "../problems.ts";
import {
  type GatewayKinds,
  type MethodChoice,
  methodChoiceQuery,
  methodChoiceSchema,
  methodKindsSchema,
} from "../schemas/method-rules.ts";
import { methodView } from "../views/method.ts";
import { bearer, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const kinds = createRoute({
  tags: ["methods"],
  security: bearer,
  method: "get",
  path: "/v1/method-kinds",
  summary: "Which gateways are here, and what each kind of method may do at them",
  responses: { 200: json(methodKindsSchema, "The capability matrix"), default: problem },
});

const choice = createRoute({
  tags: ["methods"],
  security: bearer,
  method: "get",
  path: "/v1/method-choice",
  summary: "What I can pay a bill or a biller with, and why not with the rest",
  request: { query: methodChoiceQuery },
  responses: { 200: json(methodChoiceSchema, "My active methods, judged"), default: problem },
});

export function addMethodRuleRoutes(api: Api, tools: RouteTools): void {
  const { db, gateways, residentOf, sealer } = tools;
  api.openapi(kinds, (c) => {
    const all = [...gateways.values()];
    const first = all.find((gateway) => canBindCard(gateway));
    const locale = c.get("locale");
    return c.json({ gateways: all.map((gateway) => kindsAt(gateway, gateway === first, locale)) }, 200);
  });
  api.openapi(choice, async (c) => {
    const { billId, billerId, use } = c.req.valid("query");
    const residentId = await residentOf(c);
    const { taker, amount } = await takerOf(tools, { residentId, billId, billerId });
    const locale = c.get("locale");
    const rows = (await listMethods(db, residentId)).filter(({ state }) => state === "active");
    const items = rows.map((row) => {
      const why = whyUnfit(row, { taker, use, amount });
      return { method: methodView(row, sealer), allowed: why.length === 0, whyNot: reasons(why, locale) };
    });
    const gateway = gateways.get(taker.gateway);
    const once =
      gateway === undefined || use !== "pay-now" || amount === undefined
        ? []
        : judgedOnce({ gateway, taker, amount });
    const answer: MethodChoice = {
      gateway: taker.gateway,
      canEnterCard:
        gateway !== undefined &&
        use !== "mandate" &&
        mayEnterAtGateway(gateway) &&
        once.every(({ kind, whyNot }) => kind !== "bank_card" || whyNot.length === 0),
      canBindCard: gateway !== undefined && canBindCard(gateway),
      items,
      once: once.map(({ kind, whyNot }) => ({
        kind,
        allowed: whyNot.length === 0,
        whyNot: reasons(whyNot, locale),
        needsPhone: needsPhone(taker, kind),
        savable: gateway !== undefined && isSavable({ gateway, taker }, kind),
      })),
    };
    return c.json(answer, 200);
  });
}

async function takerOf(
  { db }: RouteTools,
  of: {
    readonly residentId: string;
    readonly billId: string | undefined;
    readonly billerId: string | undefined;
  },
) {
  const { residentId, billId, billerId } = of;
  const bill = billId === undefined ? undefined : await findBill(db, { residentId, billId });
  if (billId !== undefined && !bill) throw new Refusal("bill-not-found");
  const taker = await readTaker(db, bill?.biller_id ?? billerId ?? "");
  if (!taker) throw refuseField("billerId", "biller-unknown");
  const amount: Money | undefined = bill && { amountMinor: bill.amount_minor, currency: bill.currency };
  return { taker, amount };
}

function canBindCard({ name, can }: Gateway): boolean {
  return can.bindWithoutPayment.includes("bank_card") && ruleOf(name, "bank_card")?.saved === "alone";
}

function kindsAt(gateway: Gateway, isDefault: boolean, locale: ProblemLocale): GatewayKinds {
  const roads: readonly MethodRoad[] = [...METHOD_KINDS, ...WALLETS];
  const found = roads.flatMap((road) => {
    const rule = ruleOf(gateway.name, road);
    return rule && isOpen(gateway, road) ? [kindView(gateway, { road, rule, locale })] : [];
  });
  return { gateway: gateway.name, isDefault, kinds: found };
}

/** What the matrix knows and the adapter here cannot do is not offered. */
function isOpen({ can }: Gateway, road: MethodRoad): boolean {
  if (isWallet(road)) return can.walletTokens.some((wallet) => wallet === road);
  return [...can.bindWithoutPayment, ...can.chargeWithoutSaving].some((kind) => kind === road);
}

function isWallet(road: MethodRoad): boolean {
  return WALLETS.some((wallet) => wallet === road);
}

function kindView(
  { name, can }: Gateway,
  line: { readonly road: MethodRoad; readonly rule: RoadRule; readonly locale: ProblemLocale },
): GatewayKinds["kinds"][number] {
  const { road, rule, locale } = line;
  const wallet = isWallet(road);
  const question = {
    gateway: name,
    kind: wallet ? "bank_card" : road,
    wallet: wallet ? road : null,
    section: "main",
    payer: "resident" as const,
  };
  return {
    kind: road,
    wallet,
    bindable: wallet || (rule.saved === "alone" && can.bindWithoutPayment.some((kind) => kind === road)),
    withoutSaving: rule.withoutSaving && can.chargeWithoutSaving.some((kind) => kind === road),
    savedWithPayment: rule.saved !== "never" && (can.saveWithCharge ?? []).some((kind) => kind === road),
    uses: METHOD_USES.map((use) => {
      const judged = judgeMethod({ ...question, use });
      return { use, allowed: judged.allowed, whyNot: judged.allowed ? [] : reasons(judged.why, locale) };
    }),
    notInSections: [...rule.notInSections],
    payers: [...rule.payers],
    amounts: CURRENCIES.flatMap((currency) => {
      const range = rule.amounts[currency];
      return range === undefined ? [] : [{ currency, ...range }];
    }),
    confirmation: rule.confirmation,
    confirmMinutes: rule.confirmMinutes,
    cancelPending: rule.cancelPending,
    refunds: rule.refunds,
  };
}

function reasons(why: readonly MethodRefusal[], locale: ProblemLocale) {
  return why.map((code) => ({ code, detail: say(locale, `method.why.${code}`) }));
}
