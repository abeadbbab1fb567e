import { createRoute } from "@hono/zod-openapi";
import { linkHash } from "../../db/link-tokens.ts";
import { takeTurn } from "../../db/queries/rate-limits.ts";
import { findUnsubscribe, type UnsubscribeRow, useUnsubscribe } from "../../db/queries/unsubscribing.ts";
import { debtKey } from "../../db/sealed.ts";
import { UNSUBSCRIBES } from "../../domain/allowance.ts";
import { minimumOf } from "../../domain/notifications/choosing.ts";
import { type Api, type ApiContext, payerAddress } from "../environment.ts";
import { Refusal } from "../problems.ts";
import { linkTokenSchema } from "../schemas/signed-links.ts";
import { type Unsubscribe, unsubscribeSchema } from "../schemas/unsubscribing.ts";
import { mustBeTurn } from "../turns.ts";
import { body, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const shared = {
  method: "post" as const,
  tags: ["links"],
  security: [],
  request: { body: body(linkTokenSchema) },
  responses: { 200: json(unsubscribeSchema, "What is true of the link now"), default: problem },
};

const look = createRoute({
  ...shared,
  path: "/v1/unsubscribes/look",
  summary: "What a mail's link to unsubscribe is for; changes nothing",
});

const use = createRoute({
  ...shared,
  path: "/v1/unsubscribes/use",
  summary: "No more mails about what that mail was about; harmless to repeat",
});

const undo = createRoute({
  ...shared,
  path: "/v1/unsubscribes/undo",
  summary: "Put back what this link has switched off; harmless to repeat",
});

/** One-click unsubscribe (RFC 8058), for whoever holds a mail: no sign-in, nothing of its owner is told. The token travels in the body, so that no log of addresses keeps it. */
export function addUnsubscribeRoutes(api: Api, tools: RouteTools): void {
  const { db } = tools;
  api.openapi(look, async (c) =>
    c.json(unsubscribeView(await findOrRefuse(tools, c, c.req.valid("json").token)), 200),
  );
  const act = async (c: ApiContext, wish: { readonly token: string; readonly undo: boolean }) => {
    await findOrRefuse(tools, c, wish.token);
    await takeTurnOf(tools, ["unsubscribe", "link", linkHash(wish.token)], "link");
    await useUnsubscribe(db, wish);
    return unsubscribeView(await findOrRefuse(tools, c, wish.token));
  };
  api.openapi(use, async (c) => c.json(await act(c, { ...c.req.valid("json"), undo: false }), 200));
  api.openapi(undo, async (c) => c.json(await act(c, { ...c.req.valid("json"), undo: true }), 200));
}

/** @throws Refusal `link-not-found`; `rate-limited` where one address has asked for many links that there are not */
async function findOrRefuse(tools: RouteTools, c: ApiContext, token: string): Promise<UnsubscribeRow> {
  const link = await findUnsubscribe(tools.db, token);
  if (link) return link;
  await takeTurnOf(tools, ["unsubscribe", "address", payerAddress(c) ?? ""], "address");
  throw new Refusal("link-not-found");
}

async function takeTurnOf(
  { db, claimKey }: RouteTools,
  whose: readonly string[],
  kind: keyof typeof UNSUBSCRIBES,
): Promise<void> {
  mustBeTurn(await takeTurn(db, [{ whose: debtKey(claimKey, whose), allowance: UNSUBSCRIBES[kind] }]));
}

function unsubscribeView({ topics, ...link }: UnsubscribeRow): Unsubscribe {
  return { ...link, topics: [...topics], always: topics.flatMap((topic) => [...minimumOf(topic)]) };
}
