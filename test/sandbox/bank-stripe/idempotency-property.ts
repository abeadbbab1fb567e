import * as fc from "fast-check";
import { expect } from "vitest";
import { FaceUnderTest, type RawAnswer } from "./face-under-test.ts";

const hourMs = 3_600_000;
const keyLifeMs = 24 * hourMs;

/** How much is tried. */
export interface PropertySize {
  readonly runs: number;
  readonly steps: number;
  readonly seed: number;
}

type Step =
  | { readonly kind: "send"; readonly key: number; readonly request: number }
  | { readonly kind: "wait"; readonly hours: number }
  | { readonly kind: "restart" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant("send" as const), key: fc.nat(3), request: fc.nat(5) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
);

/** What the model knows of a key. */
interface Kept {
  readonly request: number;
  readonly atMs: number;
  readonly answer: RawAnswer;
}

/** Sends random requests under few keys and compares every answer with what the rules of keys say. */
export async function keysKeepTheirAnswers({ runs, steps, seed }: PropertySize): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: steps, maxLength: steps }), async (sequence) => {
      let face = await FaceUnderTest.start();
      try {
        const requests = await requestsOf(face);
        const known = new Map<number, Kept>();
        let nowMs = 0;
        for (const one of sequence) {
          if (one.kind === "restart") face = await face.restarted();
          else if (one.kind === "wait") await face.aheadBy((nowMs += one.hours * hourMs));
          else await send(face, requests, known, nowMs, one);
        }
        await expectOneDebitAnIntent(face);
      } finally {
        await face.close();
      }
    }),
    { numRuns: runs, seed },
  );
}

interface Request {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
}

/** Two intents of one payer, and what can be asked about them: paid, declined, canceled, wrong. */
async function requestsOf(face: FaceUnderTest): Promise<readonly Request[]> {
  const { customer, method } = await face.payer();
  const { id: poor } = await face.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  const first = `/v1/payment_intents/${(await face.intent(customer)).id}`;
  const second = `/v1/payment_intents/${(await face.intent(customer)).id}`;
  return [
    { path: `${first}/confirm`, form: { payment_method: poor, off_session: "true" } },
    { path: `${first}/confirm`, form: { payment_method: method, off_session: "true" } },
    { path: `${second}/confirm`, form: { payment_method: method, off_session: "true" } },
    { path: `${second}/cancel`, form: {} },
    { path: `${second}/cancel`, form: { cancellation_reason: "because" } },
    { path: "/v1/customers", form: { "metadata[n]": "1" } },
  ];
}

async function send(
  face: FaceUnderTest,
  requests: readonly Request[],
  known: Map<number, Kept>,
  nowMs: number,
  { key, request }: Extract<Step, { kind: "send" }>,
): Promise<void> {
  const { path, form } = requests[request] ?? { path: "", form: {} };
  const answer = await face.post(path, form, `key-${key}`);
  const kept = known.get(key);
  const replayed = answer.headers.get("idempotent-replayed") === "true";
  if (kept && nowMs < kept.atMs + keyLifeMs) {
    if (kept.request === request) {
      expect([answer.status, answer.text, replayed]).toEqual([kept.answer.status, kept.answer.text, true]);
    } else {
      expect([answer.status, errorOf(answer).type]).toEqual([400, "idempotency_error"]);
    }
    return;
  }
  expect(replayed).toBe(false);
  if (wasExecuted(answer)) known.set(key, { request, atMs: nowMs, answer });
  else expect(answer.status).toBe(400);
}

/** Everything but a refusal of the parameters themselves. */
function wasExecuted(answer: RawAnswer): boolean {
  return answer.status !== 400 || errorOf(answer).code === "payment_intent_unexpected_state";
}

function errorOf({ text }: RawAnswer): { readonly type?: string; readonly code?: string } {
  return (JSON.parse(text) as { error?: { type?: string; code?: string } }).error ?? {};
}

async function expectOneDebitAnIntent(face: FaceUnderTest): Promise<void> {
  const debited = (await face.debits()).map(({ objectId }) => objectId);
  const { data } = await face.stripe.paymentIntents.list({ limit: 100 });
  const paid = data.filter(({ status }) => status === "succeeded").map(({ id }) => id);
  expect(new Set(debited)).toEqual(new Set(paid));
  expect(debited).toHaveLength(paid.length);
}
