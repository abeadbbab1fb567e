import { freshKey, NO_BYTES, seen, withPreparation, withRefunds, type WrongAdapter } from "./mistakes.ts";

/** Mistakes about ending, preparing, giving back, binding, being told, and what cannot be done. */
export const WRONG_ABOUT_THE_REST: readonly WrongAdapter[] = [
  {
    mistake: "a void that is told and never sent",
    noticedBy: "a reservation is given back by a void",
    when: (can) => can.voidHeld,
    wrong: (gateway) => ({
      ...gateway,
      void: async ({ objectId }) =>
        seen({ kind: "not-charged", how: "voided", reason: "canceled" }, objectId),
    }),
  },
  {
    mistake: "a void that came too late told as voided",
    noticedBy: "a void of what has taken the money tells the money",
    when: (can) => can.voidPending,
    wrong: (gateway) => ({
      ...gateway,
      async void(request) {
        await gateway.void?.(request);
        return seen({ kind: "not-charged", how: "voided", reason: "canceled" }, request.objectId);
      },
    }),
  },
  {
    mistake: "the attempt before ours is forgotten",
    noticedBy: "an older attempt is never taken for ours",
    when: (can) => can.preparesPayment,
    wrong: (gateway) => ({
      ...gateway,
      lookUpCharge: ({ objectId, expected }) =>
        gateway.lookUpCharge({ objectId, expected: { ...expected, attemptBefore: null } }),
    }),
  },
  {
    mistake: "another object for each preparation",
    noticedBy: "the same key is one object, which takes no money by itself",
    when: (can) => can.preparesPayment,
    wrong: withPreparation((request) => ({ ...request, key: freshKey(request.key) })),
  },
  {
    mistake: "a key for each transmission of a refund",
    noticedBy: "the same id twice is one refund",
    when: (can) => can.refund,
    wrong: withRefunds(({ send }) => ({
      send: (request) => send({ ...request, key: freshKey(request.key) }),
    })),
  },
  {
    mistake: "one key for all refunds of a charge",
    noticedBy: "two equal parts under two ids are two refunds",
    when: (can) => can.partialRefund,
    wrong: withRefunds(({ send }) => ({
      send: (request) => send({ ...request, key: `refund-${request.expected.chargeObjectId}` }),
    })),
  },
  {
    mistake: "a refund without an answer taken as refused",
    noticedBy: "an answer that is lost: unanswered, never refused",
    when: (can) => can.refund,
    wrong: withRefunds(({ send }) => ({
      async send(request) {
        const ended = await send(request);
        if (ended.kind !== "unanswered") return ended;
        const refused = { class: "ours", status: 500, code: "unknown", raw: NO_BYTES } as const;
        return { kind: "refused", detail: ended.detail, ...refused };
      },
    })),
  },
  {
    mistake: "a signature that nobody checks",
    noticedBy: "one changed byte, or a missing signature, is a forgery",
    when: (can) => can.notifications === "signed",
    wrong: (gateway) => ({
      ...gateway,
      readNotification(request) {
        const reading = gateway.readNotification(request);
        if (reading.kind !== "forged") return reading;
        const about = { event: "any", subject: "charge", objectId: "any" } as const;
        return { kind: "look", eventId: null, chargeId: null, ...about };
      },
    }),
  },
  {
    mistake: "a signature that never grows old",
    noticedBy: "a genuine one is no longer good an hour later",
    when: (can) => can.notifications === "signed",
    wrong: (gateway) => ({
      ...gateway,
      readNotification(request) {
        const [, signedAt] = /t=(\d+)/.exec(request.headers["stripe-signature"] ?? "") ?? [];
        return gateway.readNotification({ ...request, nowSeconds: Number(signedAt) });
      },
    }),
  },
  {
    mistake: "a method in use before its payer confirmed it",
    noticedBy: "it starts at the gateway's page, and waits there without being usable",
    wrong: (gateway) => ({
      ...gateway,
      async lookUpBinding(request) {
        const binding = await gateway.lookUpBinding(request);
        if (binding.kind !== "waiting") return binding;
        const method = { token: binding.objectId, saved: true, kind: "bank_card", title: "Card" };
        return { kind: "active", objectId: binding.objectId, method };
      },
    }),
  },
  {
    mistake: "a wish to save left out in silence",
    noticedBy: "what the payer wants saved is saved when they have confirmed, and charged again without them",
    when: (can) => (can.saveWithCharge ?? []).length > 0,
    wrong: (gateway) => ({
      ...gateway,
      buildCharge: (intent) => {
        const { saveMethod: _, ...rest } = intent;
        return gateway.buildCharge(rest);
      },
    }),
  },
  {
    mistake: "a method in use after it was taken away at the gateway",
    noticedBy: "switched off at the gateway it is gone",
    wrong: (gateway) => ({
      ...gateway,
      async lookUpMethod({ token }) {
        const look = await gateway.lookUpMethod({ token });
        if (look.kind !== "gone") return look;
        return { kind: "usable", method: { token, saved: true, kind: "bank_card", title: "Card" } };
      },
    }),
  },
  {
    mistake: "everything that was paid with told as saved",
    noticedBy: "what nobody wanted saved does not count as saved",
    when: (can) => can.chargeWithoutSaving.includes("bank_card"),
    wrong: (gateway) => ({
      ...gateway,
      async lookUpCharge(request) {
        const look = await gateway.lookUpCharge(request);
        if (look.kind !== "seen" || look.sighting.method === undefined) return look;
        return { ...look, sighting: { ...look.sighting, method: { ...look.sighting.method, saved: true } } };
      },
    }),
  },
  {
    mistake: "a method taken for gone because nobody knows it here",
    noticedBy: "one that the gateway does not know is missing",
    wrong: (gateway) => ({
      ...gateway,
      async lookUpMethod(request) {
        const look = await gateway.lookUpMethod(request);
        return look.kind === "missing" ? { kind: "gone", why: "unlinked" } : look;
      },
    }),
  },
  {
    mistake: "a receipt left out in silence",
    noticedBy: "what it cannot do, it refuses: a fiscal receipt",
    when: (can) => !can.receipt,
    wrong: (gateway) => ({
      ...gateway,
      buildCharge: (intent) => {
        const { receipt: _, ...rest } = intent;
        return gateway.buildCharge(rest);
      },
    }),
  },
  {
    mistake: "a wallet's token left out in silence",
    noticedBy: "a wallet whose tokens it does not take",
    when: (can) => can.walletTokens.length === 0,
    wrong: (gateway) => ({
      ...gateway,
      startBinding: (request) => {
        const { wallet: _, ...rest } = request;
        return gateway.startBinding(rest);
      },
    }),
  },
];
