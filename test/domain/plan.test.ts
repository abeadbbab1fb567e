import { describe, expect, test } from "vitest";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { decideOnBill, type PlanFacts, type PlanMandate } from "../../domain/plan.ts";
import type { Terms } from "../../domain/terms.ts";

const TERMS: Terms = {
  limitPerPayment: { amountMinor: 600_000, currency: "RUB" },
  limitPerPeriod: { amount: { amountMinor: 1_000_000, currency: "RUB" }, period: "month" },
  methods: ["m-1"],
  overLimit: "ask",
  lateBill: "ask",
  noticePack: NOTICE_PACKS.RU,
  zone: "Europe/Moscow",
  trigger: { kind: "on-bill" },
};
const mandate = (change: Partial<PlanMandate> = {}): PlanMandate => ({
  id: "KV-M",
  residentId: "anna",
  version: 1,
  terms: TERMS,
  skipped: false,
  methodId: "m-1",
  usedMinor: 0,
  amountMinor: 512_345,
  plannedOn: "2026-03-05",
  notBefore: "2026-03-05T05:00:00.000Z",
  notAfter: "2026-03-06T19:00:00.000Z",
  lastSafe: "2026-03-12T19:00:00.000Z",
  ...change,
});
const facts = (change: Partial<PlanFacts> = {}): PlanFacts => ({
  now: "2026-03-03T09:00:00.000Z",
  bill: {
    id: "KV-B",
    state: "owed",
    version: 1,
    part: 1,
    amountMinor: 512_345,
    currency: "RUB",
    payeeHash: "hash",
    gateway: "yookassa",
    payeeOnFile: true,
    doubt: null,
    givenBack: false,
    told: false,
  },
  claim: null,
  payment: null,
  mandates: [mandate()],
  onlookers: [],
  ...change,
});
const payment = (change: Partial<NonNullable<PlanFacts["payment"]>> = {}) => ({
  id: "KV-P",
  route: "mandate",
  state: "scheduled" as const,
  mandateId: "KV-M",
  billVersion: 1,
  need: null,
  amountMinor: 512_345,
  dueMinor: 512_345,
  runsFrom: null,
  undecided: false,
  ...change,
});

describe("a bill that a mandate covers", () => {
  test("is planned, with the notice's own window", () => {
    expect(decideOnBill(facts())).toMatchObject({
      do: "pay",
      need: null,
      mandateId: "KV-M",
      methodId: "m-1",
      plannedOn: "2026-03-05",
      notBefore: "2026-03-05T05:00:00.000Z",
    });
  });

  test("two payers' mandates: the older plans, the other is told", () => {
    const other = mandate({ id: "KV-M2", residentId: "boris" });
    expect(decideOnBill(facts({ mandates: [mandate(), other] }))).toMatchObject({
      mandateId: "KV-M",
      others: ["boris"],
    });
  });

  test.each<[string, Partial<PlanFacts>, string]>([
    ["above the limit of a payment", { mandates: [mandate({ amountMinor: 600_001 })] }, "over-limit"],
    ["above what the period has left", { mandates: [mandate({ usedMinor: 500_000 })] }, "over-limit"],
    ["another payee than on file", { bill: { ...facts().bill, payeeOnFile: false } }, "payee-changed"],
    ["another payee by another source", { bill: { ...facts().bill, doubt: "payee" } }, "payee-changed"],
    ["another sum by another source", { bill: { ...facts().bill, doubt: "amount" } }, "confirm-amount"],
    ["the rest of a debt that was paid once", { bill: { ...facts().bill, part: 2 } }, "confirm-amount"],
    ["no method that works", { mandates: [mandate({ methodId: null })] }, "new-method"],
    [
      "too late for its notice",
      { mandates: [mandate({ lastSafe: "2026-03-04T19:00:00.000Z" })] },
      "late-bill",
    ],
  ])("%s is asked about, never debited silently", (_name, change, need) => {
    expect(decideOnBill(facts(change))).toMatchObject({ do: "pay", need });
  });

  test("a question waits until a day before it is too late, so that what was not answered can be paid by hand", () => {
    const over = mandate({ amountMinor: 600_001 });
    expect(decideOnBill(facts({ mandates: [over] }))).toMatchObject({ giveUpAt: "2026-03-11T19:00:00.000Z" });
  });

  test.each<[string, Partial<PlanMandate>, object]>([
    [
      "above 130 % of the usual sum",
      { recentMinor: [300_000, 390_000, 394_112] },
      { need: "unusual-amount", usualMinor: 390_000 },
    ],
    ["just within it", { recentMinor: [394_112, 394_112, 394_112] }, { need: null }],
    ["with two known payments", { recentMinor: [1, 1] }, { need: null }],
    [
      "of terms whose payer is not asked",
      { recentMinor: [1, 1, 1], terms: { ...TERMS, unusualAmount: "pay" } },
      { need: null },
    ],
    ["above a limit as well", { recentMinor: [1, 1, 1], usedMinor: 900_000 }, { need: "over-limit" }],
  ])("a sum %s", (_name, change, answer) => {
    expect(decideOnBill(facts({ mandates: [mandate(change)] }))).toMatchObject({ do: "pay", ...answer });
  });

  test("the fixed sum of a run was agreed to, however little was paid before", () => {
    const running = mandate({ recentMinor: [1, 1, 1] });
    expect(
      decideOnBill(facts({ bill: { ...facts().bill, runOf: "KV-M" }, mandates: [running] })),
    ).toMatchObject({ need: null });
  });

  test("an older mandate that would have to ask does not keep the debt from another's autopay that need not", () => {
    const parked = mandate({
      id: "KV-OLD",
      residentId: "boris",
      terms: { ...TERMS, limitPerPayment: { amountMinor: 100, currency: "RUB" } },
    });
    expect(decideOnBill(facts({ mandates: [parked, mandate()] }))).toMatchObject({
      do: "pay",
      need: null,
      mandateId: "KV-M",
      others: ["boris"],
    });
    expect(decideOnBill(facts({ mandates: [parked] })), "alone it asks").toMatchObject({
      mandateId: "KV-OLD",
      need: "over-limit",
    });
  });

  test("too late, and its payer chose to pay anyway: planned after the full clock", () => {
    const late = mandate({ lastSafe: "2026-03-04T19:00:00.000Z", terms: { ...TERMS, lateBill: "pay" } });
    expect(decideOnBill(facts({ mandates: [late] }))).toMatchObject({
      do: "pay",
      need: null,
      notBefore: late.notBefore,
    });
  });

  test("above the limit and its payer chose to skip: nothing is planned, they are told", () => {
    const skipping = mandate({ terms: { ...TERMS, overLimit: "skip" }, usedMinor: 900_000 });
    expect(decideOnBill(facts({ mandates: [skipping] }))).toEqual({
      do: "tell",
      residents: ["anna"],
      event: "over-limit-skipped",
    });
  });

  test("skipped by its payer it is never planned again by that mandate", () => {
    const skipped = facts({ mandates: [mandate({ skipped: true })], onlookers: ["anna"] });
    expect(decideOnBill(skipped)).toMatchObject({ do: "tell", event: "bill-arrived" });
  });
});

describe("one debt, one payment", () => {
  test("what was paid once and went back in full is left to people", () => {
    const bill = { ...facts().bill, part: 2, givenBack: true };
    expect(decideOnBill(facts({ bill, onlookers: ["anna"] }))).toEqual({
      do: "tell",
      residents: ["anna"],
      event: "bill-arrived",
    });
  });

  test("a spent claim is never planned again", () => {
    expect(decideOnBill(facts({ claim: { paymentId: "KV-P", state: "spent" } }))).toEqual({ do: "nothing" });
  });

  test("a held claim is left to its holder", () => {
    expect(decideOnBill(facts({ claim: { paymentId: "KV-P", state: "held" } }))).toEqual({ do: "nothing" });
    expect(decideOnBill(facts({ claim: { paymentId: "KV-P", state: "held" }, payment: payment() }))).toEqual({
      do: "nothing",
    });
  });
});

describe("a bill that changed", () => {
  const amended = { ...facts().bill, version: 2 };

  test("amended before the debit: a new notice with a new clock", () => {
    expect(decideOnBill(facts({ bill: amended, payment: payment() }))).toEqual({
      do: "renew",
      paymentId: "KV-P",
      need: null,
      amountMinor: 512_345,
      giveUpAt: "2026-03-12T19:00:00.000Z",
      run: null,
    });
  });

  test("its discount ends before the debit: announced anew, with the sum of that day", () => {
    const dearer = { mandates: [mandate({ amountMinor: 600_000 })] };
    expect(decideOnBill(facts({ ...dearer, payment: payment({ dueMinor: 600_000 }) }))).toMatchObject({
      do: "renew",
      need: null,
      amountMinor: 600_000,
    });
  });

  test("lowered so late that a new clock would miss the due day: nobody is asked while the first clock runs on", () => {
    const bill = { ...facts().bill, version: 9, amountMinor: 400_000 };
    const mandates = [
      mandate({ notBefore: "2026-11-25T05:00:00Z", lastSafe: "2026-11-24T19:00:00Z", amountMinor: 410_000 }),
    ];
    const lower = { amountMinor: 512_345, dueMinor: 400_000 };
    const runs = payment({ ...lower, runsFrom: "2026-11-24T05:00:00Z" });
    expect(decideOnBill(facts({ bill, mandates, payment: runs }))).toMatchObject({
      do: "renew",
      need: null,
      amountMinor: 400_000,
    });
    expect(decideOnBill(facts({ bill, mandates, payment: payment(lower) }))).toMatchObject({
      need: "late-bill",
    });
  });

  test("its discount ends while the payer is asked to confirm at the bank: still asked, for the sum of today", () => {
    const asked = payment({ state: "needs-payer", need: "confirm-again", dueMinor: 600_000 });
    const bill = { ...facts().bill, amountMinor: 600_000 };
    expect(decideOnBill(facts({ bill, payment: asked }))).toMatchObject({
      do: "renew",
      need: "confirm-again",
      amountMinor: 600_000,
    });
  });

  test("a source raises doubts about what is announced: its payer is asked first", () => {
    const bill = { ...facts().bill, doubt: "amount" as const };
    expect(decideOnBill(facts({ bill, payment: payment() }))).toMatchObject({
      do: "renew",
      need: "confirm-amount",
    });
    const asked = payment({ state: "needs-payer", need: "confirm-amount" });
    expect(decideOnBill(facts({ bill, payment: asked }))).toEqual({ do: "nothing" });
  });

  test("the payee that was asked about is the one on file after all: announced", () => {
    const asked = payment({ state: "needs-payer", need: "payee-changed" });
    expect(decideOnBill(facts({ payment: asked }))).toMatchObject({ do: "renew", need: null });
  });

  test("amended while a charge is under way: nothing new is sent", () => {
    expect(decideOnBill(facts({ bill: amended, payment: payment({ undecided: true }) }))).toEqual({
      do: "nothing",
    });
  });

  test.each(["annulled", "paid-elsewhere"] as const)(
    "%s: the open payment is closed, or marked while a charge is under way",
    (state) => {
      const bill = { ...amended, state };
      expect(decideOnBill(facts({ bill, payment: payment() }))).toMatchObject({
        do: "close",
        outcome: state,
      });
      expect(decideOnBill(facts({ bill, payment: payment({ undecided: true }) }))).toMatchObject({
        do: "mark",
        why: state,
      });
    },
  );

  test("annulled after people were told: they are told; never told, nobody is", () => {
    const bill = { ...amended, state: "annulled" as const };
    const known = facts({ bill: { ...bill, told: true }, onlookers: ["anna"] });
    expect(decideOnBill(known)).toEqual({ do: "tell", residents: ["anna"], event: "bill-annulled" });
    expect(decideOnBill(facts({ bill, onlookers: ["anna"] }))).toEqual({ do: "nothing" });
  });
});

test("without a mandate those who connected the account are told; nobody connected, nothing", () => {
  expect(decideOnBill(facts({ mandates: [], onlookers: ["anna", "boris"] }))).toEqual({
    do: "tell",
    residents: ["anna", "boris"],
    event: "bill-arrived",
  });
  expect(decideOnBill(facts({ mandates: [] }))).toEqual({ do: "nothing" });
});
