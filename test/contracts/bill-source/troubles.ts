import { expect } from "vitest";
import type { SourceAnswer } from "../../../adapters/bill-sources/port.ts";
import type { SourceCase, SourcePart } from "./contract-case.ts";
import { billsOf, CERTIFICATE, fine } from "./desk.ts";

type Trouble = {
  readonly fault: Readonly<Record<string, unknown>>;
  readonly answer: Partial<Extract<SourceAnswer, { kind: "unreachable" | "refused" }>>;
};

const TROUBLES: readonly Trouble[] = [
  { fault: { kind: "dead" }, answer: { kind: "unreachable", why: "first-byte" } },
  { fault: { kind: "silent" }, answer: { kind: "unreachable", why: "first-byte" } },
  { fault: { kind: "slow", pieces: 50, piecesMs: 200 }, answer: { kind: "unreachable", why: "rest" } },
  { fault: { kind: "broken-off" }, answer: { kind: "unreachable", why: "rest" } },
  { fault: { kind: "status", status: 500 }, answer: { kind: "unreachable", why: "fault" } },
  { fault: { kind: "status", status: 503 }, answer: { kind: "unreachable", why: "busy" } },
  { fault: { kind: "status", status: 429 }, answer: { kind: "unreachable", why: "busy" } },
  { fault: { kind: "status", status: 302 }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "status", status: 403 }, answer: { kind: "refused", why: "rights" } },
  { fault: { kind: "status", status: 404 }, answer: { kind: "refused", why: "our-defect" } },
  { fault: { kind: "truncated" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "html" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "encoding", as: "windows-1251" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "encoding", as: "utf-16" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "encoding", as: "broken-utf-8" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "document-type" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "packed" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "endless", megabytes: 64 }, answer: { kind: "unreachable", why: "too-large" } },
  { fault: { kind: "other-answer" }, answer: { kind: "unreachable", why: "garbled" } },
  { fault: { kind: "code", code: "1" }, answer: { kind: "unreachable", why: "fault" } },
  { fault: { kind: "code", code: "11" }, answer: { kind: "refused", why: "our-defect" } },
  { fault: { kind: "code", code: "21" }, answer: { kind: "refused", why: "rights" } },
  { fault: { kind: "code", code: "31" }, answer: { kind: "refused", why: "rights" } },
  {
    fault: { kind: "rejected", reason: "UNKNOWN_REQUEST_DESCRIPTION" },
    answer: { kind: "refused", why: "our-defect" },
  },
  { fault: { kind: "rejected", reason: "ACCESS_DENIED" }, answer: { kind: "refused", why: "rights" } },
];

/** One trouble, one typed end, one request, and not a word of whom it was about. */
function troubleCase({ fault, answer }: Trouble): SourceCase {
  const name = Object.values(fault).join(" ");
  return {
    name: `${name}: ${answer.kind ?? ""}, ${answer.why ?? ""}; asked once, and no number in it`,
    run: async (desk) => {
      const uin = await desk.issue();
      await desk.bench.arm(fault);
      const ended = await desk.search([CERTIFICATE, { kind: "uin", value: uin }], "all");
      // Two requests, for two kinds of conditions; after trouble with the first the source goes on only where the next may fare better.
      const text = JSON.stringify({ ...ended, bills: [] });
      expect(text).not.toContain(CERTIFICATE.value);
      expect(text).not.toContain(uin);
      await desk.bench.clear();
      const again = await desk.issue();
      await desk.bench.arm(fault);
      expect(await desk.byUin(again)).toMatchObject(answer);
      expect(await desk.bench.requests()).toBe(1);
      expect(billsOf(await desk.byUin(again))).toHaveLength(1);
    },
  };
}

/** What goes wrong, and how it is told. */
export const TROUBLES_PART: SourcePart = {
  title: "what goes wrong",
  cases: [
    ...TROUBLES.map(troubleCase),
    {
      name: "a silent system behind the registry: partial, with what is there",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.arm({ kind: "need-re-request" });
        const answer = await desk.byUin(uin);
        expect(answer).toMatchObject({ kind: "partial", missing: [{ places: [0], why: "outside-silent" }] });
        expect(billsOf(answer)).toHaveLength(1);
      },
    },
    {
      name: "death at the third page: partial, with the first two",
      run: async (desk) => {
        const made = await desk.bench.issue(...Array.from({ length: 450 }, () => fine()));
        await desk.bench.arm({ kind: "dead" }, 1, 2);
        const answer = await desk.search([CERTIFICATE], "owed");
        expect(answer).toMatchObject({ kind: "partial", missing: [{ places: [0], why: "first-byte" }] });
        expect(billsOf(answer).map(({ uin }) => uin)).toEqual(made.slice(0, 200));
      },
    },
    {
      name: "pages without an end: partial, and the questions end",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.arm({ kind: "more-for-ever" }, 1000);
        const answer = await desk.byUin(uin);
        expect(answer).toMatchObject({ kind: "partial", missing: [{ places: [0] }] });
        expect(await desk.bench.requests()).toBeLessThanOrEqual(desk.source.capabilities.mostPages);
      },
    },
    {
      name: "one part of a question fails: the others are answered, and the place is named",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.arm({ kind: "code", code: "1" });
        const answer = await desk.search([CERTIFICATE, { kind: "uin", value: uin }], "all");
        expect(answer).toMatchObject({ kind: "partial", missing: [{ places: [1], why: "fault" }] });
        expect(billsOf(answer)).toHaveLength(1);
      },
    },
    {
      name: "cancelled before it began: nothing is asked",
      run: async (desk) => {
        const uin = await desk.issue();
        const identifiers = [{ kind: "uin", value: uin }];
        const answer = await desk.search(identifiers, "all", AbortSignal.abort());
        expect(answer).toMatchObject({ kind: "unreachable", why: "cancelled" });
        expect(await desk.bench.requests()).toBe(0);
      },
    },
    {
      name: "cancelled while it waits: it ends at once",
      run: async (desk) => {
        const uin = await desk.issue();
        await desk.bench.arm({ kind: "silent" });
        const cancel = new AbortController();
        const ended = desk.search([{ kind: "uin", value: uin }], "all", cancel.signal);
        await expect.poll(() => desk.bench.requests()).toBe(1);
        const cancelledAt = performance.now();
        cancel.abort();
        expect(await ended).toMatchObject({ kind: "unreachable", why: "cancelled" });
        expect(performance.now() - cancelledAt).toBeLessThan(1_000);
      },
    },
  ],
};
