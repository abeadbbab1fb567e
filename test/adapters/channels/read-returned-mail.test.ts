import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mailDrop } from "../../../adapters/channels/email/mail-drop.ts";
import { readReturnedMail } from "../../../adapters/channels/email/read-returned-mail.ts";
import { bounceOf, complaintAbout, holidayAnswer } from "./returned.ts";

const messageId = "ab".repeat(32);

test("a bounce tells our message by the headers that it quotes, whom it did not reach and what was said", async () => {
  expect(await readReturnedMail(bounceOf({ messageId }))).toEqual({
    kind: "permanent",
    messageId,
    status: "5.1.1",
    answer: "5.1.1 smtp; 550 5.1.1 <anna@city.example>: Recipient address rejected: User unknown",
    recipients: ["anna@city.example", "anna@city.example"],
  });
});

test("a bounce of an address that is not ASCII is read like any other (RFC 6533)", async () => {
  const to = "анна@город.example";
  const report = bounceOf({ messageId, to, said: "550 5.1.1 no such mailbox" })
    .toString()
    .replaceAll("rfc822;", "utf-8;")
    .replace("message/delivery-status", "message/global-delivery-status")
    .replace("message/rfc822", "message/global");
  expect(await readReturnedMail(Buffer.from(report))).toEqual({
    kind: "permanent",
    messageId,
    status: "5.1.1",
    answer: "5.1.1 smtp; 550 5.1.1 no such mailbox",
    recipients: [to, to],
  });
});

test.each([
  [{ action: "delayed", status: "4.4.1" }, "delayed"],
  [{ action: "failed", status: "4.4.7" }, "expired"],
  [{ action: "failed", status: "5.2.2" }, "permanent"],
  [{ action: "Failed", status: "5.7.1 (policy)" }, "permanent"],
])("a report of %o is %s", async (about, kind) => {
  expect(await readReturnedMail(bounceOf({ messageId, ...about }))).toMatchObject({ kind, messageId });
});

test("a report on several recipients is read to its end: the gravest of it counts, and names those it befell", async () => {
  const groups = [
    "Final-Recipient: rfc822; ok@home.example\nAction: relayed\nStatus: 2.0.0",
    "Final-Recipient: rfc822; slow@home.example\nAction: delayed\nStatus: 4.4.1",
    "Final-Recipient: rfc822; gone@home.example\nOriginal-Recipient: rfc822;anna@city.example\nAction: failed\nStatus: 5.1.1",
    "Final-Recipient: rfc822; gone-too@home.example\nAction: failed\nStatus: 5.1.1",
  ];
  const about = (count: number) => {
    const [head = "", , tail = ""] = bounceOf({ messageId })
      .toString("latin1")
      .split(/(Final-Recipient[\s\S]*?)\r?\n\r?\n/);
    return Buffer.from(
      `${head}${groups.slice(0, count).join("\n\n").replaceAll("\n", "\r\n")}\r\n\r\n${tail}`,
      "latin1",
    );
  };
  expect(await readReturnedMail(about(1))).toBeNull();
  expect(await readReturnedMail(about(2))).toMatchObject({
    kind: "delayed",
    recipients: ["slow@home.example"],
  });
  expect(await readReturnedMail(about(4))).toMatchObject({
    kind: "permanent",
    messageId,
    status: "5.1.1",
    recipients: ["anna@city.example", "gone@home.example", "gone-too@home.example"],
  });
});

test("a complaint is told from one that is taken back", async () => {
  expect(await readReturnedMail(complaintAbout({ messageId }))).toEqual({
    kind: "complaint",
    messageId,
    status: null,
    answer: "complaint: abuse",
    recipients: ["anna@city.example"],
  });
  expect(await readReturnedMail(complaintAbout({ messageId, kind: "not-spam" }))).toBeNull();
});

test("what is no report, or says that all is well, is none: nobody is cut off by an answer from a holiday", async () => {
  expect(await readReturnedMail(holidayAnswer)).toBeNull();
  expect(await readReturnedMail(bounceOf({ messageId, action: "delivered", status: "2.0.0" }))).toBeNull();
  expect(await readReturnedMail(bounceOf({ messageId, action: "relayed", status: "2.0.0" }))).toBeNull();
  for (const raw of [
    "",
    "\0\xff\xfe",
    "Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n",
    "a".repeat(10_000),
  ]) {
    expect(await readReturnedMail(Buffer.from(raw, "latin1"))).toBeNull();
  }
});

test("a report cut off anywhere is read as far as it goes or not at all, and never rejects", async () => {
  const whole = bounceOf({ messageId });
  for (let length = 0; length < whole.length; length += 37) {
    const report = await readReturnedMail(whole.subarray(0, length));
    if (report !== null) expect([messageId, null]).toContain(report.messageId);
  }
});

test("of a drop folder whole files are read, the first name first, and moved away; too large ones without their bytes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kvitok-drop-"));
  try {
    const drop = mailDrop(`${folder}/`);
    expect(await drop.next()).toBeUndefined();
    await writeFile(join(folder, "2.eml"), "two");
    await writeFile(join(folder, "1.eml"), "one");
    await writeFile(join(folder, "0.tmp"), "half");
    expect(await drop.next()).toEqual({ name: "1.eml", raw: Buffer.from("one") });
    await drop.finish("1.eml", "done");
    await writeFile(join(folder, "2.eml"), Buffer.alloc(1024 * 1024 + 1));
    expect(await drop.next()).toEqual({ name: "2.eml", raw: null });
    await drop.finish("2.eml", "refused");
    expect(await drop.next()).toBeUndefined();
    expect((await readdir(folder)).toSorted()).toEqual(["0.tmp", "done", "refused"]);
    expect(await readdir(join(folder, "refused"))).toEqual(["2.eml"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
