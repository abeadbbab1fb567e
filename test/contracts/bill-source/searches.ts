import { expect } from "vitest";
import type { SourcePart } from "./contract-case.ts";
import { billsOf, CERTIFICATE, type Desk, fine } from "./desk.ts";

const COMPANY = "7707083893";

/** Who owes, as the registry names them, and how we ask for them. */
const PAYERS: readonly (readonly [string, { readonly kind: string; readonly value: string }])[] = [
  ["12400000000077УН123456", CERTIFICATE],
  ["12200000000077ВА654321", { kind: "driving-licence", value: "77ВА654321" }],
  ["1140000000011223344595", { kind: "snils", value: "11223344595" }],
  ["1210000000500100732259", { kind: "inn", value: "500100732259" }],
  ["4000000000500100732259", { kind: "inn", value: "500100732259" }],
  [`200${COMPANY}773601001`, { kind: "organisation", value: `${COMPANY}/773601001` }],
  ["1010000000004509123456", { kind: "payer-id", value: "1010000000004509123456" }],
];

/** How bills are found. */
export const SEARCHES: SourcePart = {
  title: "how bills are found",
  cases: [
    {
      name: "by every kind of payer, and nobody else's",
      run: async (desk) => {
        for (const [payerIdentifier, identifier] of PAYERS) {
          await desk.bench.clear();
          const mine = await desk.issue({ payerIdentifier });
          await desk.issue({ payerIdentifier: "1240000000009900999999" });
          const answer = await desk.search([identifier], "owed");
          expect(answer).toMatchObject({ kind: "complete", unreadable: [] });
          expect(billsOf(answer).map(({ uin }) => uin)).toEqual([mine]);
          expect(billsOf(answer)[0]?.subjects).toContainEqual(identifier);
        }
      },
    },
    {
      name: "owed finds what is to be paid; all finds what was paid and annulled, too",
      run: async (desk) => {
        const [owed, paid, annulled] = [await desk.issue(), await desk.issue(), await desk.issue()];
        await desk.bench.act(paid, "pay");
        await desk.bench.act(annulled, "annul");
        expect(billsOf(await desk.search([CERTIFICATE], "owed")).map(({ uin }) => uin)).toEqual([owed]);
        expect(billsOf(await desk.search([CERTIFICATE], "all")).map(({ uin }) => uin)).toEqual([
          owed,
          paid,
          annulled,
        ]);
      },
    },
    {
      name: "more bills than a page holds: every one, once",
      run: async (desk) => {
        const made = await desk.bench.issue(...Array.from({ length: 250 }, () => fine()));
        const answer = await desk.search([CERTIFICATE], "owed");
        expect(answer.kind).toBe("complete");
        expect(billsOf(answer).map(({ uin }) => uin)).toEqual(made);
        expect(await desk.bench.requests()).toBe(3);
      },
    },
    {
      name: "more numbers than one request takes: every one, once",
      run: async (desk) => {
        const made = await desk.bench.issue(...Array.from({ length: 150 }, () => fine()));
        const answer = await desk.byUin(...made);
        expect(answer.kind).toBe("complete");
        expect(new Set(billsOf(answer).map(({ uin }) => uin))).toEqual(new Set(made));
      },
    },
    {
      name: "a company by its INN alone: what is found, and that it is a part",
      run: async (desk) => {
        const head = await desk.issue({ payerIdentifier: `200${COMPANY}773601001` });
        const branch = await desk.issue({ payerIdentifier: `200${COMPANY}504701001`, hiddenFromInn: true });
        const byInn = await desk.search([{ kind: "inn", value: COMPANY }], "owed");
        expect(byInn).toMatchObject({ kind: "partial", missing: [{ places: [0], why: "in-part" }] });
        expect(billsOf(byInn).map(({ uin }) => uin)).toEqual([head]);
        const byBoth = await desk.search([{ kind: "organisation", value: `${COMPANY}/504701001` }], "owed");
        expect(byBoth.kind).toBe("complete");
        expect(billsOf(byBoth).map(({ uin }) => uin)).toEqual([branch]);
      },
    },
    {
      name: "by the time at which bills reached the registry, for those who may",
      run: async (desk) => {
        const early = await desk.issue({ receivedAt: "2026-03-01T10:00:00+03:00" });
        await desk.issue({ receivedAt: "2026-03-01T10:31:00+03:00" });
        const reachedSource = { from: "2026-03-01T07:00:00Z", to: "2026-03-01T07:30:00Z" };
        const answer = await desk.sourceByTime.search({ by: "time", reachedSource, scope: "all" }, never());
        expect(answer.kind).toBe("complete");
        expect(billsOf(answer).map(({ uin }) => uin)).toEqual([early]);
        expect(await byTimeWithoutRight(desk)).toMatchObject({ kind: "refused", why: "rights" });
      },
    },
    {
      name: "somebody else's bill in an answer is shown to nobody",
      run: async (desk) => {
        const mine = await desk.issue();
        await desk.bench.arm({ kind: "strangers-bill" });
        const answer = await desk.search([CERTIFICATE], "owed");
        expect(billsOf(answer).map(({ uin }) => uin)).toEqual([mine]);
      },
    },
  ],
};

function byTimeWithoutRight(desk: Desk) {
  const reachedSource = { from: "2026-03-01T07:00:00Z", to: "2026-03-01T07:30:00Z" };
  return desk.source.search({ by: "time", reachedSource, scope: "all" }, never());
}

function never(): AbortSignal {
  return new AbortController().signal;
}
