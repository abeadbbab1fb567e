import { readNotification } from "../../../adapters/gateways/yookassa/notification.ts";
import type { Binding, Gateway, MethodLook } from "../../../adapters/gateways/port.ts";

/** A gateway whose bindings a test decides; charging is not the API's business and fails loudly. */
export interface GatewayStandIn {
  readonly gateway: Gateway;
  /** What the gateway answers next, by binding id; without an entry a binding waits for its payer. */
  readonly answers: Map<string, Binding["kind"]>;
  /** What a look at a saved method shows, by its token; without an entry nobody answers. */
  readonly looks: Map<string, MethodLook>;
  /** Idempotency keys of the bindings that were started. */
  readonly started: string[];
}

export function makeGateway(): GatewayStandIn {
  const answers = new Map<string, Binding["kind"]>();
  const looks = new Map<string, MethodLook>();
  const started: string[] = [];
  const answer = (objectId: string) => bindingOf(answers.get(objectId) ?? "waiting", objectId);
  const never = () => {
    throw new Error("the API charges nobody");
  };
  const gateway: Gateway = {
    name: "yookassa",
    merchantAccount: "100500",
    can: {
      bindWithoutPayment: ["bank_card"],
      chargeWithoutSaving: ["bank_card"],
      walletTokens: [],
      preparesPayment: false,
      captureHeld: false,
      voidHeld: false,
      voidPending: false,
      refund: false,
      partialRefund: true,
      listByTime: true,
      receipt: false,
      paymentOrder: false,
      notifications: "by-address",
      replayAnswers: "current",
      absenceBy: "list",
      keyLifeHours: 24,
      confirmationMinutes: 60,
    },
    buildCharge: never,
    sendCharge: never,
    lookUpCharge: never,
    findCharge: never,
    startBinding: async ({ key, bindingId }) => {
      started.push(key);
      return answer(bindingId);
    },
    readNotification,
    lookUpBinding: async ({ objectId }) => answer(objectId),
    methodIdOf: (token) => token,
    lookUpMethod: async ({ token }) => looks.get(token) ?? { kind: "unanswered", detail: "connection reset" },
  };
  return { gateway, answers, looks, started };
}

function bindingOf(kind: Binding["kind"], objectId: string): Binding {
  switch (kind) {
    case "waiting":
      return {
        kind,
        objectId,
        confirmationUrl: `https://bank.example/bind/${objectId}`,
        confirmBy: new Date(Date.now() + 600_000).toISOString(),
      };
    case "active":
      return {
        kind,
        objectId,
        method: {
          token: `token-of-${objectId}`,
          saved: true,
          kind: "bank_card",
          title: "Bank card *4477",
          brand: "Mir",
          last4: "4477",
          expiryMonth: 12,
          expiryYear: 2030,
          // every binding is a card of its own, unless a test says otherwise
          fingerprint: objectId,
        },
      };
    case "failed":
      return { kind, objectId, reason: "3d_secure_failed" };
    case "refused":
      return { kind, code: "invalid_request", detail: "not today" };
    case "unanswered":
      return { kind, detail: "connection reset" };
  }
}
