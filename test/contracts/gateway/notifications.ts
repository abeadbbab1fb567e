import { expect } from "vitest";
import type { NotificationRequest } from "../../../adapters/gateways/port.ts";
import type { ContractPart } from "./contract-case.ts";
import { mustSee, type Till } from "./till.ts";

const AN_HOUR = 3_600;

/** What the gateway tells by itself: a reason to look, never the proof. */
export const notifications: ContractPart = {
  title: "notifications",
  cases: [
    {
      name: "a genuine one names the object to look up",
      async run(till) {
        const { request, objectId } = await told(till);
        expect(till.gateway.readNotification(request)).toMatchObject({
          kind: "look",
          subject: "charge",
          objectId,
        });
      },
    },
    {
      name: "what cannot be read, or names nothing that we follow, asks for no look",
      async run(till) {
        const { request } = await told(till);
        for (const body of ["", "{", "[]", "null", '{"object":{"id":"x"}}'])
          expect(till.gateway.readNotification({ ...request, body }).kind).toMatch(/^(unreadable|forged)$/);
      },
    },
    {
      name: "one changed byte, or a missing signature, is a forgery",
      when: (can) => can.notifications === "signed",
      async run(till) {
        const { request } = await told(till);
        const forged = { kind: "forged" };
        expect(till.gateway.readNotification({ ...request, body: `${request.body} ` })).toMatchObject(forged);
        expect(till.gateway.readNotification({ ...request, headers: {} })).toMatchObject(forged);
      },
    },
    {
      name: "a genuine one is no longer good an hour later, nor an hour too early",
      when: (can) => can.notifications === "signed",
      async run(till) {
        const { request } = await told(till);
        for (const off of [AN_HOUR, -AN_HOUR]) {
          const later = { ...request, nowSeconds: request.nowSeconds + off };
          expect(till.gateway.readNotification(later)).toMatchObject({ kind: "forged" });
        }
      },
    },
    {
      name: "the same event carries the same id each time, so that it is one reason to look",
      when: (can) => can.notifications === "signed",
      async run(till) {
        const { request } = await told(till);
        const reading = till.gateway.readNotification(request);
        expect(reading).toMatchObject({ eventId: expect.stringMatching(/./) });
        expect(till.gateway.readNotification(request)).toEqual(reading);
      },
    },
    {
      name: "it carries no proof of its own: only the address that it came from speaks for it",
      when: (can) => can.notifications === "by-address",
      async run(till) {
        const { request, objectId } = await told(till);
        const bare = { ...request, headers: {} };
        expect(till.gateway.readNotification(bare)).toMatchObject({ kind: "look", eventId: null, objectId });
      },
    },
  ],
};

async function told(
  till: Till,
): Promise<{ readonly request: NotificationRequest; readonly objectId: string }> {
  const { objectId } = mustSee(await till.send(till.intentOf()));
  return { request: await till.bench.notified(objectId), objectId };
}
