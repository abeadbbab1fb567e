import { expect } from "vitest";
import type { SourcePart } from "./contract-case.ts";

/** What a bill says: sums, discounts, statuses, and the order of readings. */
export const BILLS: SourcePart = {
  title: "what a bill says",
  cases: [
    {
      name: "sums are whole kopecks, and payee, purpose and subject are the issuer's",
      run: async (desk) => {
        const uin = await desk.issue();
        expect(await desk.bill(uin)).toMatchObject({
          uin,
          status: "issued",
          totalMinor: 75_000,
          dueMinor: 75_000,
          currency: "RUB",
          issuedOn: "2026-03-10",
          dueOn: "2026-05-19",
          purpose: "Штраф по административному правонарушению",
          payee: { inn: "7706012716", account: "03100643000000017300", bic: "004525988" },
          subjects: [{ kind: "sts", value: "77УН123456" }],
          acknowledgement: "unmatched",
        });
      },
    },
    {
      name: "a discount has its kind, its value and its last day",
      run: async (desk) => {
        const expiry = "2026-04-09";
        const percent = await desk.issue({ discount: { kind: "size", value: "25", expiry } });
        const amount = await desk.issue({ discount: { kind: "fixed", value: "18750", expiry } });
        const share = await desk.issue({ discount: { kind: "multiplier", value: "0.75", expiry: "0" } });
        const until = expiry;
        expect((await desk.bill(percent)).discount).toEqual({ kind: "percent", value: 25, until });
        expect((await desk.bill(amount)).discount).toEqual({ kind: "amount", value: 18_750, until });
        expect((await desk.bill(share)).discount).toEqual({ kind: "share", value: 0.75, until: null });
        expect((await desk.bill(await desk.issue())).discount).toBeNull();
      },
    },
    {
      name: "annulled is annulled, and un-annulled is issued again in a newer version",
      run: async (desk) => {
        const uin = await desk.issue();
        const issued = await desk.bill(uin);
        await desk.bench.act(uin, "annul", { reason: "Отменено судом" });
        const annulled = await desk.bill(uin);
        await desk.bench.act(uin, "reinstate");
        const again = await desk.bill(uin);
        expect([issued, annulled, again].map(({ status }) => status)).toEqual([
          "issued",
          "annulled",
          "issued",
        ]);
        expect(annulled.version).toBeGreaterThan(issued.version);
        expect(again.version).toBeGreaterThan(annulled.version);
      },
    },
    {
      name: "a changed bill has its new sum in a newer version",
      run: async (desk) => {
        const uin = await desk.issue();
        const before = await desk.bill(uin);
        await desk.bench.act(uin, "change", { totalKopecks: 80_000 });
        const after = await desk.bill(uin);
        expect(after).toMatchObject({ totalMinor: 80_000, dueMinor: 80_000 });
        expect(after.version).toBeGreaterThan(before.version);
      },
    },
    {
      name: "paid by somebody else: paid, nothing left, matched",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.act(uin, "pay");
        expect(await desk.bill(uin)).toMatchObject({
          status: "paid",
          totalMinor: 75_000,
          dueMinor: 0,
          acknowledgement: "matched",
        });
      },
    },
    {
      name: "paid in part: the whole sum and what is left of it",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.act(uin, "pay", { amountKopecks: 30_000 });
        expect(await desk.bill(uin)).toMatchObject({
          status: "issued",
          totalMinor: 75_000,
          dueMinor: 45_000,
        });
      },
    },
    {
      name: "overpaid is below zero, and a payment taken back is owed again",
      run: async (desk) => {
        const uin = await desk.issue();
        const paymentId = "10445252250000001403202600000001";
        await desk.bench.act(uin, "pay", { amountKopecks: 80_000, paymentId });
        expect(await desk.bill(uin)).toMatchObject({ status: "paid", dueMinor: -5_000 });
        await desk.bench.act(uin, "revoke", { paymentId });
        expect(await desk.bill(uin)).toMatchObject({ status: "issued", dueMinor: 75_000 });
      },
    },
    {
      name: "the five words of matching",
      run: async (desk) => {
        const words = [];
        for (const status of ["1", "2", "3", "4", "5"]) {
          const uin = await desk.issue();
          await desk.bench.act(uin, "acknowledge", { status });
          words.push((await desk.bill(uin)).acknowledgement);
        }
        expect(words).toEqual(["matched", "preliminary", "unmatched", "without-payment", "forced"]);
      },
    },
    {
      name: "matched by hand without a payment: nobody is asked to pay it",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.act(uin, "acknowledge", { status: "4" });
        expect(await desk.bill(uin)).toMatchObject({ status: "paid", dueMinor: 0 });
      },
    },
    {
      name: "two readings of a bill that did not change differ in their version only",
      run: async (desk) => {
        const uin = await desk.issue({ discount: { kind: "size", value: "25", expiry: "2026-04-09" } });
        const [first, second] = [await desk.bill(uin), await desk.bill(uin)];
        expect(second.version).toBeGreaterThan(first.version);
        expect({ ...second, version: 0 }).toEqual({ ...first, version: 0 });
      },
    },
    {
      name: "a reading that arrives late is older than one that was formed after it",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.arm({ kind: "late", ms: 600 });
        const late = desk.bill(uin);
        // The registry has formed the late answer once the request is in its journal.
        await expect.poll(() => desk.bench.requests()).toBe(1);
        await desk.bench.act(uin, "annul");
        const annulled = await desk.bill(uin);
        expect(annulled.status).toBe("annulled");
        const issued = await late;
        expect(issued.status).toBe("issued");
        expect(issued.version).toBeLessThan(annulled.version);
      },
    },
  ],
};
