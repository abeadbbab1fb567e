import { createHmac } from "node:crypto";
import { readNotification as readStripe } from "../../../adapters/gateways/stripe/notification.ts";
import { intentShape, read as readStripeShape } from "../../../adapters/gateways/stripe/shapes.ts";
import { readNotification as readYooKassa } from "../../../adapters/gateways/yookassa/notification.ts";
import { paymentShape, read as readYooKassaShape } from "../../../adapters/gateways/yookassa/shapes.ts";
import type { NotificationReading } from "../../../adapters/gateways/port.ts";
import { Refusal } from "../../../api/problems.ts";
import { pushedBillSchema } from "../../../api/schemas/bill-push.ts";
import { refuseInvalid } from "../../../api/validation.ts";
import { StreamedSignature } from "../../../api/webhook-signature.ts";
import { attempt } from "../../adapters/stripe/examples.ts";
import { payment } from "../../adapters/yookassa/examples.ts";
import { demand, demandSame, jsonOf, samplesOf, type Target, textsOf } from "../target.ts";

const NOW_SECONDS = 1_775_000_000;
const SECRET = "whsec_of_the_fuzzer";
const SUBJECTS = ["charge", "binding", "refund", "dispute"];

/** A look is always at one object of one of our words: the rest of the engine trusts that. */
function fits(reading: NotificationReading): void {
  if (reading.kind !== "look") return;
  demand(SUBJECTS.includes(reading.subject), "a notification is about one of our subjects", reading.subject);
  demand(/^[\x21-\x7e]{1,255}$/.test(reading.objectId), "an object has an id", reading.objectId);
}

const yookassa: Target = {
  name: "yookassa-notification",
  samples: () =>
    samplesOf(
      JSON.stringify({ type: "notification", event: "payment.succeeded", object: payment() }),
      '{"event":"refund.succeeded","object":{"id":"r1"}}',
      '{"event":"payment_method.active","object":{"id":"m1","metadata":{"charge_id":"KV"}}}',
      // names that every object has
      '{"event":"constructor.x","object":{"id":"a"}}',
    ),
  run(input) {
    for (const body of textsOf(input)) fits(readYooKassa({ body, headers: {}, nowSeconds: NOW_SECONDS }));
    readYooKassaShape(paymentShape, input);
  },
};

function signed(body: string): string {
  const mac = createHmac("sha256", SECRET).update(`${NOW_SECONDS}.${body}`).digest("hex");
  return `t=${NOW_SECONDS},v1=${mac}`;
}

const CHECKS = { secrets: [SECRET], account: "acct_1", livemode: false };

const stripe: Target = {
  name: "stripe-event",
  samples: () => {
    const event = (type: string, object: object) =>
      JSON.stringify({ id: "evt_1", object: "event", type, livemode: false, data: { object } });
    return samplesOf(
      event("payment_intent.succeeded", { id: "pi_1" }),
      event("charge.dispute.created", { id: "dp_1", payment_intent: { id: "pi_1" } }),
      event("mandate.updated", { id: "mandate_1", payment_method: "pm_1" }),
      event("charge.succeeded", attempt()),
    );
  },
  run(input) {
    for (const body of textsOf(input)) {
      const headers = { "stripe-signature": signed(body) };
      fits(readStripe({ body, headers, nowSeconds: NOW_SECONDS }, CHECKS));
      // the header itself comes from strangers
      const forged = readStripe(
        { body: "{}", headers: { "stripe-signature": body }, nowSeconds: NOW_SECONDS },
        CHECKS,
      );
      demand(forged.kind === "forged", "nobody signs without the secret", forged);
    }
    readStripeShape(intentShape, input);
  },
};

const BILL = {
  account: "7700123456",
  period: "2026-02",
  version: 1,
  amount: { amountMinor: 512_345, currency: "RUB" },
  fullAmount: { amountMinor: 612_345, currency: "RUB" },
  discount: { kind: "percent", value: 25, until: "2026-04-09" },
  issuedOn: "2026-03-01",
  dueOn: "2026-03-15",
  purpose: "Коммунальные услуги за февраль",
  payee: {
    name: "ГКУ «Дом»",
    inn: "7700990010",
    kpp: "770001001",
    bic: "044525225",
    account: "40702810900000000301",
  },
  subjects: [{ kind: "sts", value: "77УН123456" }],
  uin: "18810123456789012345",
};

const pushedBill: Target = {
  name: "pushed-bill",
  samples: () =>
    samplesOf(
      JSON.stringify(BILL),
      JSON.stringify({ ...BILL, status: "paid", payments: [{ reference: "x", paidOn: "2026-03-02" }] }),
    ),
  run(input) {
    for (const text of textsOf(input)) {
      const content = jsonOf(text);
      const parsed = pushedBillSchema.safeParse(content);
      if (!parsed.success) {
        const { extras } = refuseInvalid(parsed.error, content, "ru");
        demand((extras.errors ?? []).length > 0, "a refusal names a field");
        for (const { field, detail } of extras.errors ?? [])
          demand(typeof field === "string" && detail !== "", "a wrong field has words", field);
        continue;
      }
      const again = pushedBillSchema.safeParse(JSON.parse(JSON.stringify(parsed.data)));
      demand(again.success, "a bill that was read is valid", again.error?.issues);
      demandSame(again.data, parsed.data, "a bill that was read stays as it is");
    }
  },
};

const signature: Target = {
  name: "webhook-signature",
  samples: () => samplesOf("1775000000\nv1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "0\nv1a,x v1,y"),
  run(input) {
    for (const text of textsOf(input)) {
      const [timestamp = "", claimed = ""] = text.split("\n");
      for (const at of [timestamp, String(Math.floor(Date.now() / 1000))]) {
        try {
          const proof = new StreamedSignature("whsec_AAAA", {
            id: "msg_1",
            timestamp: at,
            signature: claimed,
          });
          proof.update(input);
          proof.prove();
          demand(false, "nobody signs without the secret", claimed);
        } catch (cause) {
          if (!(cause instanceof Refusal)) throw cause;
        }
      }
    }
  },
};

/** What gateways and billers send. */
export const messageTargets: readonly Target[] = [yookassa, stripe, pushedBill, signature];
