import { expect, test } from "vitest";
import { chanceOf } from "../../scripts/proofs/bill-changes/expected.ts";
import type { Entry } from "../../scripts/proofs/bill-changes/journal.ts";
import type { Story } from "../../scripts/proofs/bill-changes/story.ts";
import type { Word } from "../../scripts/proofs/bill-changes/words.ts";

/** Ten days of notice to a payer in New York; the midnight of the payee, in Vladivostok, is 14:00 UTC. */
const story: Story = {
  pack: "US",
  zone: "America/New_York",
  billerZone: "Asia/Vladivostok",
  billerId: "gorod-zhkh",
  lateBill: "ask",
  relayMinutes: 4,
  arrivesAt: 0,
  first: said("2027-03-15"),
  changes: [],
  atTheGate: null,
  answersAfterMinutes: 1,
};

function said(until: string): Word {
  return {
    status: "issued",
    leftMinor: 535_325,
    fullMinor: 535_325,
    discount: { kind: "percent", value: 30.91, until },
    dueOn: "2027-05-01",
    purpose: "Services",
    payee: "on-file",
  };
}

function lived(
  told: readonly (readonly [at: string, until: string])[],
  debitedAt: string,
  of: Partial<Story> = {},
) {
  const changes = told.map(
    ([at, until], order): Entry => ({
      what: "change",
      order,
      at: Date.parse(at),
      change: "words",
      word: said(until),
    }),
  );
  const debit: Entry = {
    what: "debit",
    order: told.length,
    at: Date.parse(debitedAt),
    amountMinor: 535_325,
  };
  const left = { bill: "paid", payment: "paid", need: null, outcome: null };
  return { story: { ...story, ...of }, seed: 1, entries: [...changes, debit], left };
}

test("a discount that is made longer within the last hour before its end cannot be kept, though its debit was open for long", () => {
  const told = lived(
    [
      ["2027-03-15T06:57:00.000Z", "2027-03-17"],
      ["2027-03-27T13:27:00.000Z", "2027-03-27"],
    ],
    "2027-03-27T14:00:00.032Z",
  );
  expect(chanceOf(told)).toBe("none");
});

test("words that come a minute before the last moment are judged on neither side of it", () => {
  const told = lived(
    [
      ["2027-03-14T22:12:00.000Z", "2027-03-15"],
      ["2027-03-20T01:20:00.000Z", "2027-03-25"],
      ["2027-03-25T12:59:00.000Z", "2027-03-25"],
    ],
    "2027-04-04T12:59:00.007Z",
  );
  expect(chanceOf(told)).toBe("near");
});

test("a discount that is made longer while there is time has to be kept", () => {
  const told = lived(
    [
      ["2027-03-15T06:57:00.000Z", "2027-03-17"],
      ["2027-03-27T12:40:00.000Z", "2027-03-27"],
    ],
    "2027-03-27T14:00:00.032Z",
  );
  expect(chanceOf(told)).toBe("could-be-kept");
});

test("a discount that is made shorter when the evening's last debit has been sent cannot be kept before it ends at night", () => {
  const told = lived(
    [
      ["2027-03-19T15:42:00.000Z", "2027-03-26"],
      ["2027-03-20T16:30:00.000Z", "2027-03-20"],
    ],
    "2027-03-22T02:48:00.003Z",
    { pack: "IN", zone: "Asia/Kolkata", billerZone: "Europe/Moscow" },
  );
  expect(chanceOf(told)).toBe("none");
});
