import type { MethodKinds, MethodStop } from "../../api/client.ts";

/** A method's withdrawal that touches nothing, changed as a test needs. */
export function withdrawal(over: Partial<MethodStop> = {}): MethodStop {
  return {
    methodId: "KV-7F3K-9Q2M-X4TC",
    stoppedAt: null,
    inFlight: [],
    mandates: ["KV-7F3K-9Q2M-X4TM"],
    twins: [],
    follows: [
      {
        mandate: "KV-7F3K-9Q2M-X4TM",
        biller: "Городские коммунальные услуги",
        account: "7700123456",
        state: "active",
        outcome: "stops",
        next: null,
      },
    ],
    planned: [],
    sentAfter: 0,
    lastSentAt: null,
    ...over,
  };
}

type Kind = MethodKinds["gateways"][number]["kinds"][number];

/** Two gateways: one for most billers, one that binds first. */
export function methodKinds(): MethodKinds {
  const card: Kind = {
    kind: "bank_card",
    wallet: false,
    bindable: true,
    withoutSaving: true,
    savedWithPayment: true,
    uses: (["mandate", "pay-now", "batch"] as const).map((use) => ({ use, allowed: true, whyNot: [] })),
    notInSections: [],
    payers: ["resident", "organisation"],
    amounts: [{ currency: "RUB", leastMinor: 100, mostMinor: 35_000_000 }],
    confirmation: "redirect",
    confirmMinutes: 60,
    cancelPending: false,
    refunds: "full-and-partial",
  };
  const whyNot = [{ code: "confirmed-each-time" as const, detail: "Каждый платёж подтверждают по СМС." }];
  const phone: Kind = {
    ...card,
    kind: "mobile_balance",
    bindable: false,
    payers: ["resident"],
    confirmation: "external",
    uses: [{ use: "mandate", allowed: false, whyNot }],
  };
  const apple: Kind = { ...card, kind: "apple_pay", wallet: true, notInSections: ["additional"] };
  return {
    gateways: [
      { gateway: "yookassa", isDefault: true, kinds: [card, phone] },
      { gateway: "stripe", isDefault: false, kinds: [{ ...card, withoutSaving: false }, apple] },
    ],
  };
}
