import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Mailbox, startMailbox } from "../../../sandbox/mailbox/mailbox.ts";

interface MailJson {
  id: string;
  messageId: string;
  from: string;
  to: string[];
  envelope: { from: string; to: string[] };
  subject: string;
  text: string;
  html: string | null;
  headers: Record<string, string[]>;
}

let dataDir: string;
let mailbox: Mailbox;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-mailbox-"));
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
});

afterEach(async () => {
  await mailbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function send(messageId: string, to = "anna@city.example"): Promise<string> {
  const transport = createTransport({ url: mailbox.smtpUrl, socketTimeout: 5000, connectionTimeout: 2000 });
  try {
    const sent = await transport.sendMail({
      from: { name: "Квиток", address: "kvitok@city.example" },
      to,
      subject: "Счёт за ноябрь <b>",
      text: "5 123,45 ₽",
      html: "<p>5 123,45 ₽</p><script>window.bad=1</script>",
      messageId,
      headers: {
        "List-Unsubscribe": "<https://kvitok.example/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
    });
    return sent.response;
  } finally {
    transport.close();
  }
}

const list = async (query = ""): Promise<MailJson[]> =>
  (await (await fetch(`${mailbox.httpUrl}/messages${query}`)).json()) as MailJson[];

const arm = (fault: unknown): Promise<Response> =>
  fetch(`${mailbox.httpUrl}/control/faults`, { method: "POST", body: JSON.stringify(fault) });

const deliveries = async (): Promise<{
  count: number;
  deliveries: { messageId: string; outcome: string }[];
}> => (await (await fetch(`${mailbox.httpUrl}/control/deliveries`)).json()) as never;

test("an accepted message is given out with envelope, headers, text and html, newest last", async () => {
  await send("<1@kvitok.example>");
  await send("<2@kvitok.example>", "boris@city.example");
  const mails = await list();
  expect(mails.map((mail) => mail.messageId)).toEqual(["<1@kvitok.example>", "<2@kvitok.example>"]);
  expect(mails[0]).toMatchObject({
    to: ["anna@city.example"],
    envelope: { from: "kvitok@city.example", to: ["anna@city.example"] },
    subject: "Счёт за ноябрь <b>",
    html: expect.stringContaining("<p>5 123,45 ₽</p>"),
  });
  expect(mails[0]?.text.trim()).toBe("5 123,45 ₽");
  expect(mails[0]?.headers["list-unsubscribe-post"]).toEqual(["List-Unsubscribe=One-Click"]);
  expect(await list("?to=boris@city.example")).toHaveLength(1);
  expect(await list(`?subject~=${encodeURIComponent("НОЯБРЬ")}`)).toHaveLength(2);
  expect(await list("?subject~=december")).toHaveLength(0);
});

test("a message that was accepted survives a restart, also after a write torn by a kill", async () => {
  await send("<kept@kvitok.example>");
  await mailbox.close();
  await appendFile(join(dataDir, "mailbox.jsonl"), '{"kind":"deliv');
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
  await send("<next@kvitok.example>");
  await mailbox.close();
  mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, dataDir });
  expect((await list()).map((mail) => mail.messageId)).toEqual([
    "<kept@kvitok.example>",
    "<next@kvitok.example>",
  ]);
});

test("the page shows a message without letting its html run or reach the page", async () => {
  await send("<page@kvitok.example>");
  const [mail] = await list();
  const id = mail?.id ?? "";
  const front = await (await fetch(mailbox.httpUrl)).text();
  expect(front).toContain(`/m/${id}`);
  expect(front).toContain("Счёт за ноябрь &lt;b&gt;");
  const page = await (await fetch(`${mailbox.httpUrl}/m/${id}`)).text();
  expect(page).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
  expect(page).not.toContain("<script>");
  const raw = await (await fetch(`${mailbox.httpUrl}/messages/${id}/raw`)).text();
  expect(raw).toMatch(/^Message-ID: <page@kvitok\.example>/im);
});

test("unknown messages are 404 and an emptied mailbox is empty, while the deliveries stay counted", async () => {
  await send("<gone@kvitok.example>");
  expect((await fetch(`${mailbox.httpUrl}/messages`, { method: "DELETE" })).status).toBe(204);
  expect(await list()).toEqual([]);
  for (const path of ["/messages/none", "/messages/none/raw", "/m/none"])
    expect((await fetch(mailbox.httpUrl + path)).status).toBe(404);
  expect((await deliveries()).count).toBe(1);
});

test("armed refusals answer with their code, only as often as armed, and only for their recipient", async () => {
  await arm({ kind: "4xx", times: 2, to: "anna@city.example" });
  await arm({ kind: "5xx", stage: "rcpt", code: 551 });
  await expect(send("<r@kvitok.example>", "boris@city.example")).rejects.toMatchObject({ responseCode: 551 });
  await expect(send("<r@kvitok.example>")).rejects.toMatchObject({ responseCode: 451 });
  await send("<r@kvitok.example>", "boris@city.example");
  await expect(send("<r@kvitok.example>")).rejects.toMatchObject({ responseCode: 451 });
  await send("<r@kvitok.example>");
  expect(await list()).toHaveLength(2);
});

test("a connection that dies after DATA leaves the client without an answer, and a second try shows as a second delivery", async () => {
  await arm({ kind: "drop-after-data" });
  await expect(send("<d@kvitok.example>")).rejects.toThrow("Connection closed unexpectedly");
  await send("<d@kvitok.example>");
  const seen = await deliveries();
  expect(seen.deliveries.map((one) => [one.messageId, one.outcome])).toEqual([
    ["<d@kvitok.example>", "stored-then-dropped"],
    ["<d@kvitok.example>", "stored"],
  ]);
  await arm({ kind: "drop-after-data", keep: false });
  await expect(send("<e@kvitok.example>")).rejects.toThrow("Connection closed unexpectedly");
  expect((await list()).filter((mail) => mail.messageId === "<e@kvitok.example>")).toEqual([]);
});

test("a refused connection and a slow answer can be armed; nonsense cannot", async () => {
  await arm({ kind: "refuse-connection" });
  await expect(send("<c@kvitok.example>")).rejects.toThrow(/closed|ECONNRESET/);
  await arm({ kind: "slow", ms: 300 });
  const startedAt = performance.now();
  await send("<c@kvitok.example>");
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299);
  expect((await arm({ kind: "earthquake" })).status).toBe(422);
  expect((await fetch(`${mailbox.httpUrl}/control/faults`, { method: "POST", body: "{" })).status).toBe(422);
});
