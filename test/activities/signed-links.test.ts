import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine, publicUrl } from "../support/engine.ts";
import { type LinkHolder, linkHolderOf } from "../support/link-holder.ts";
import { makePayer, payment, planAll, planBillFor, pushBill, stopMandate } from "../support/rows.ts";

let engine: Engine;
let holder: LinkHolder;
beforeAll(async () => {
  engine = await openEngine();
  holder = linkHolderOf(engine);
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

/** A debit that was announced by mail, with the links of that mail. */
async function announced() {
  const payer = await makePayer(engine);
  const planned = await planBillFor(engine.db, payer);
  const { skip = "", "pay-now": pay = "" } = await holder.read("notice", planned.paymentId);
  return { ...payer, ...planned, skip, pay };
}

async function madeBy(paymentId: string): Promise<string> {
  const { made_payment_id: made } = await engine.db
    .selectFrom("signed_links")
    .select("made_payment_id")
    .where("payment_id", "=", paymentId)
    .where("action", "=", "pay-now")
    .executeTakeFirstOrThrow();
  return made ?? "";
}

async function audited(subject: string): Promise<readonly string[]> {
  const rows = await engine.db.selectFrom("audit").select("action").where("subject", "=", subject).execute();
  return rows.map(({ action }) => action).filter((action) => action.startsWith("link."));
}

const says = {
  skipped: "This debit will not be sent",
  sent: "was sent to the bank",
  changed: "The debit has changed",
  old: "This link is too old",
};

describe("the links of a notice", () => {
  test("say exactly what they are for, to whoever holds them, and hold no name and no number of ours", async () => {
    const { skip, pay, paymentId, residentId, account } = await announced();
    for (const path of [skip, pay]) {
      expect(path).toMatch(/^\/link\/[\w-]{43}$/);
      const page = await holder.request(path, { headers: { "accept-language": "en" } });
      const html = (await page.text()).replaceAll("\u00a0", " ");
      expect(page.status).toBe(200);
      expect(html).toContain("5,123.45");
      expect(html).toContain(`<form method="post" action="${path}"`);
      expect(page.headers.get("referrer-policy")).toBe("strict-origin");
      expect(page.headers.get("cache-control")).toBe("no-store");
      expect(html).not.toContain(account);
      expect(path).not.toContain(residentId);
      expect(path).not.toContain(paymentId);
    }
    expect(skip).not.toBe(pay);
  });

  test("are kept as hashes only, and are in no log of ours", async () => {
    const { skip, pay, paymentId } = await announced();
    await holder.request(skip);
    await holder.press(skip);
    await holder.press(pay);
    await holder.request(`${pay}x`);
    const secrets = [skip, pay].map((path) => path.slice("/link/".length));
    const rows = await engine.db
      .selectFrom("signed_links")
      .selectAll()
      .where("payment_id", "=", paymentId)
      .execute();
    const notes = await engine.db.selectFrom("notifications").selectAll().execute();
    const trail = await engine.db.selectFrom("audit").selectAll().execute();
    const everything = JSON.stringify([rows, notes, trail, holder.logged]);
    expect(rows).toHaveLength(2);
    for (const secret of secrets) expect(everything).not.toContain(secret);
  });

  test("change nothing when they are only opened: GET, HEAD, a prefetch, a POST without the button's word", async () => {
    const { skip, pay, paymentId } = await announced();
    for (const path of [skip, pay]) {
      for (const method of ["GET", "HEAD"]) await holder.request(path, { method });
      await holder.request(path, { headers: { "sec-purpose": "prefetch;prerender" } });
      expect((await holder.request(path, { method: "POST" })).status).toBe(403);
    }
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "scheduled", stop_mark: null });
    expect(await audited(paymentId)).toEqual([]);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
  });

  test("are not pressed by a page of somebody else", async () => {
    const { skip, paymentId } = await announced();
    const answer = await holder.request(skip, {
      method: "POST",
      headers: { origin: "https://evil.example" },
      body: new URLSearchParams({ confirmed: "yes" }),
    });
    expect(answer.status).toBe(403);
    expect((await payment(engine.db, paymentId)).stop_mark).toBeNull();
  });

  test("that are forged or cut open nothing", async () => {
    const { skip } = await announced();
    for (const path of [`${skip}A`, skip.slice(0, -1), "/link/nothing"]) {
      expect((await holder.request(path)).status).toBe(404);
      expect(await holder.press(path)).toContain("no such link");
    }
  });
});

describe("skip", () => {
  test("pressed twice at once skips once, is in the audit once, and nothing is sent", async () => {
    const { skip, paymentId } = await announced();
    const pages = await Promise.all([holder.press(skip), holder.press(skip)]);
    for (const page of pages) expect(page).toContain(says.skipped);
    expect(await audited(paymentId)).toEqual(["link.skip"]);
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "skipped" });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await engine.bank.posts(paymentId)).toEqual([]);
  });

  test("after the debit was sent says when, and nothing is sent after it", async () => {
    const { skip, paymentId } = await announced();
    await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId: `${paymentId}-1` });
    await engine.charge(paymentId);
    expect(await (await holder.request(skip, { headers: { "accept-language": "en" } })).text()).toContain(
      says.sent,
    );
    expect(await holder.press(skip)).toContain(says.sent);
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "charging", stop_mark: "skipped" });
    expect(await engine.lookUp(`${paymentId}-1`)).toMatchObject({ payment: "paid" });
    expect(await engine.bank.debits(paymentId)).toHaveLength(1);
  });

  test("of a notice that an amendment has replaced does nothing; the link of the new one does", async () => {
    const { skip, account, paymentId } = await announced();
    await pushBill(engine.db, { account, version: 2, amountMinor: 600_000 });
    await planAll(engine.db);
    expect(await holder.press(skip)).toContain(says.changed);
    expect((await payment(engine.db, paymentId)).stop_mark).toBeNull();
    const { skip: newer = "" } = await holder.read("notice-changed", paymentId);
    expect(await holder.press(newer)).toContain(says.skipped);
    expect(await audited(paymentId)).toEqual(["link.refused", "link.skip"]);
  });

  test("when its time is over does nothing and says so", async () => {
    const { skip, pay, paymentId } = await announced();
    await engine.jump({ hours: 24 * 4 });
    for (const path of [skip, pay]) expect(await holder.press(path)).toContain(says.old);
    expect((await payment(engine.db, paymentId)).state).toBe("scheduled");
  });
});

describe("pay now exactly this", () => {
  test("takes the planned debit over: one payment, one debit, of exactly that sum from exactly that card", async () => {
    const { pay, paymentId, methodId } = await announced();
    await Promise.all([holder.press(pay), holder.press(pay)]);
    const made = await madeBy(paymentId);
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "taken-over" });
    expect(await payment(engine.db, made)).toMatchObject({
      route: "manual",
      channel: "link",
      method_id: methodId,
      amount_minor: 512_345,
    });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await engine.charge(made)).toMatchObject({ charge: "challenged" });
    expect(await holder.press(pay)).toContain("The bank asks you to confirm");
    expect(await audited(made)).toEqual(["link.pay-now"]);
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    expect(await engine.bank.posts(made)).toHaveLength(1);
  });

  test("and skip pressed at one moment: the debit is either skipped or paid once, never both", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { pay, skip, paymentId } = await announced();
      await Promise.all([holder.press(pay), holder.press(skip)]);
      const planned = await payment(engine.db, paymentId);
      const made = await madeBy(paymentId);
      expect(planned.outcome).toBe(made === "" ? "skipped" : "taken-over");
      expect(await engine.charge(paymentId)).toBeNull();
    }
  });

  test("and the gate at one moment: one charge for the debt", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { pay, paymentId } = await announced();
      const [sent] = await Promise.all([engine.charge(paymentId), holder.press(pay)]);
      const made = await madeBy(paymentId);
      expect(sent === null).toBe(made !== "");
      expect(await engine.bank.posts(paymentId)).toHaveLength(sent === null ? 0 : 1);
    }
  });

  test("does nothing after the debit was sent, after skip, and after the autopay was switched off", async () => {
    const sent = await announced();
    await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId: `${sent.paymentId}-1` });
    await engine.charge(sent.paymentId);
    expect(await holder.press(sent.pay)).toContain(says.sent);
    const skipped = await announced();
    await holder.press(skipped.skip);
    expect(await holder.press(skipped.pay)).toContain("skipped already");
    const off = await announced();
    await stopMandate(engine.db, { mandateId: off.mandateId, kind: "cancel" });
    expect(await holder.press(off.pay)).toContain("was stopped");
    for (const { paymentId } of [sent, skipped, off]) expect(await madeBy(paymentId)).toBe("");
    await engine.lookUp(`${sent.paymentId}-1`);
  });

  test("names another sum after an amendment that is not announced yet: refused, nothing is taken", async () => {
    const { pay, account, paymentId } = await announced();
    await pushBill(engine.db, { account, version: 2, amountMinor: 700_000 });
    expect(await holder.press(pay)).toContain(says.changed);
    expect(await madeBy(paymentId)).toBe("");
    await planAll(engine.db);
  });

  test("with a card that its owner may not pay with by hand is refused in words", async () => {
    const { pay, paymentId, methodId } = await announced();
    await engine.db
      .updateTable("methods")
      .set({ uses: ["mandate"] })
      .where("id", "=", methodId)
      .execute();
    expect(await holder.press(pay)).toContain("cannot be charged by hand");
    expect((await payment(engine.db, paymentId)).state).toBe("scheduled");
  });
});

test("a message that is sent twice after a crash carries the same links", async () => {
  const { skip, paymentId } = await announced();
  await engine.db
    .updateTable("notifications")
    .set({ state: "queued", uncertain: 0 })
    .where("payment_id", "=", paymentId)
    .execute();
  expect((await holder.read("notice", paymentId))["skip"]).toBe(skip);
  expect(publicUrl).not.toContain("/link/");
});
