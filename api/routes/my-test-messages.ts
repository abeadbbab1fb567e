import { createRoute } from "@hono/zod-openapi";
import { takeTurn } from "../../db/queries/rate-limits.ts";
import {
  listTestMessages,
  readTestMessage,
  sendTestMessage,
  type TestAddress,
  type TestMessageRow,
} from "../../db/queries/test-messages.ts";
import { inTransaction } from "../../db/queries/transaction.ts";
import { debtKey } from "../../db/sealed.ts";
import { TEST_MESSAGES } from "../../domain/allowance.ts";
import type { Api } from "../environment.ts";
import type { Command } from "../idempotency.ts";
import { Refusal, refuseField } from "../problems.ts";
import {
  type TestMessage,
  testMessageInput,
  testMessageSchema,
  testMessagesSchema,
  type TestMessageWish,
} from "../schemas/test-messages.ts";
import { mustBeTurn } from "../turns.ts";
import { instant, instantOrNull } from "../views/in-flight.ts";
import { bearer, body, commandHeaders, json, problem } from "./answers.ts";
import type { RouteTools } from "./route-tools.ts";

const common = { tags: ["people"], security: bearer };
const path = "/v1/me/notifications/tests";

const list = createRoute({
  ...common,
  method: "get",
  path,
  summary: "What became of the newest test message to each of my channels and browsers",
  responses: { 200: json(testMessagesSchema, "The newest to each"), default: problem },
});

const send = createRoute({
  ...common,
  method: "post",
  path,
  summary:
    "Send me a test message by one channel, or to one browser: at once, in quiet hours too; a few an hour",
  request: { headers: commandHeaders, body: body(testMessageInput) },
  responses: { 202: json(testMessageSchema, "It is on its way"), default: problem },
});

/** Does it arrive? Asked by a resident for their own channels. */
export function addTestMessageRoutes(api: Api, tools: RouteTools): void {
  const { db, residentOf } = tools;
  api.openapi(list, async (c) => {
    const rows = await listTestMessages(db, await residentOf(c));
    return c.json({ items: rows.map(testView), nextCursor: null }, 200);
  });
  tools.addCommand(api, send, async (c, command) => {
    const residentId = await residentOf(c);
    const address = addressOf(c.req.valid("json"));
    const id = command.madeId ?? (await write(tools, { ...address, residentId }, command));
    return c.json(testView(await readTestMessage(db, { residentId, id })), 202);
  });
}

function addressOf(wish: TestMessageWish): TestAddress {
  return { channel: wish.channel, deviceId: wish.channel === "push" ? wish.deviceId : null };
}

/** @throws Refusal `test-message-limit` with `Retry-After`; where nothing reaches the resident there */
async function write(
  { db, claimKey }: RouteTools,
  to: TestAddress & { readonly residentId: string },
  command: Command,
): Promise<string> {
  const whose = debtKey(claimKey, ["test-message", to.residentId]);
  mustBeTurn(await takeTurn(db, [{ whose, allowance: TEST_MESSAGES }]), "test-message-limit");
  return inTransaction(db, async (transaction) => {
    const id = await sendTestMessage(transaction, to);
    if (id === undefined) {
      if (to.channel === "push") throw new Refusal("push-device-not-found");
      throw refuseField("channel", "channel-away");
    }
    await command.made(transaction, id);
    return id;
  });
}

function testView({ askedAt, sentAt, ...row }: TestMessageRow): TestMessage {
  return { ...row, askedAt: instant(askedAt), sentAt: instantOrNull(sentAt) };
}
