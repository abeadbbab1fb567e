import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readReturnedMail } from "../../adapters/channels/email/read-returned-mail.ts";
import {
  type ApiUnderTest,
  ask,
  billOf,
  countRows,
  push,
  startApi,
  webhookSecret,
} from "../api/support/api-under-test.ts";
import { until } from "../support/until.ts";

const mailSecret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const foreignSecret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const otherBillers = `whsec_${Buffer.alloc(32, 11).toString("base64")}`;

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi({ inboundMail: { secret: mailSecret, read: readReturnedMail } });
  const secrets = { mgts: otherBillers, "home-partnership": webhookSecret };
  for (const [id, secret] of Object.entries(secrets)) {
    await under.database.db
      .updateTable("billers")
      .set({ webhook_secret: under.sealer.seal(secret, id) })
      .where("id", "=", id)
      .execute();
  }
});
afterAll(() => under.close());

type Doorway = {
  readonly line: string;
  readonly secret: string;
  readonly raw: string;
  readonly type: string;
};
const bill = JSON.stringify(billOf({ account: "7700999999" }));
const doorways: readonly Doorway[] = [
  { line: "POST /v1/billers/gorod-zhkh/bills", secret: webhookSecret, raw: bill, type: "application/json" },
  {
    line: "POST /v1/billers/gorod-zhkh/bills",
    secret: webhookSecret,
    raw: `${bill}\n`,
    type: "application/x-ndjson",
  },
  {
    line: "POST /v1/billers/gorod-zhkh/balances",
    secret: webhookSecret,
    raw: "{}",
    type: "application/json",
  },
  {
    line: "POST /v1/billers/home-partnership/registry-files?name=a.txt&version=1",
    secret: webhookSecret,
    raw: "1;2;3\n",
    type: "text/csv",
  },
  { line: "POST /v1/inbound/mail", secret: mailSecret, raw: "Subject: x\r\n\r\nx", type: "message/rfc822" },
];

type Signed = {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly raw: string;
};

function signed({ secret, raw }: Doorway, at = new Date()): Signed {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return { id, timestamp, raw, signature: new Webhook(secret).sign(id, at, raw) };
}

const send = ({ line, type }: Doorway, { id, timestamp, signature, raw }: Signed) =>
  ask(under, null, line, {
    raw,
    key: null,
    headers: {
      "content-type": type,
      ...(id === "" ? {} : { "webhook-id": id }),
      ...(timestamp === "" ? {} : { "webhook-timestamp": timestamp }),
      ...(signature === "" ? {} : { "webhook-signature": signature }),
    },
  });

const minutes = (count: number) => new Date(Date.now() + count * 60_000);

/** Every way in which a message can be a forgery of a good one. */
const forgeries: Readonly<Record<string, (door: Doorway) => Signed>> = {
  "without a signature": (door) => ({ ...signed(door), signature: "" }),
  "without an id": (door) => ({ ...signed(door), id: "" }),
  "without an instant": (door) => ({ ...signed(door), timestamp: "" }),
  "of a foreign secret": (door) => ({
    ...signed(door),
    signature: signed({ ...door, secret: foreignSecret }).signature,
  }),
  "of another biller's secret": (door) => signed({ ...door, secret: otherBillers }),
  "of six minutes ago": (door) => signed(door, minutes(-6)),
  "of in six minutes": (door) => signed(door, minutes(6)),
  "of long ago, with a new instant": (door) => ({
    ...signed(door, minutes(-600)),
    timestamp: signed(door).timestamp,
  }),
  "under another id": (door) => ({ ...signed(door), id: `msg_${randomUUID()}` }),
  "with a byte more": (door) => ({ ...signed(door), raw: `${door.raw} ` }),
  "with another amount": (door) => ({ ...signed(door), raw: `${door.raw.replace("512345", "512346")}\n` }),
  "of another kind of signature": (door) => ({
    ...signed(door),
    signature: signed(door).signature.replace("v1,", "v1a,"),
  }),
  "with half a signature": (door) => ({ ...signed(door), signature: signed(door).signature.slice(0, 20) }),
  "with an empty one": (door) => ({ ...signed(door), signature: "v1," }),
  "with an instant that is no number": (door) => ({ ...signed(door), timestamp: "1e9" }),
  "with a negative instant": (door) => ({ ...signed(door), timestamp: `-${signed(door).timestamp}` }),
};

describe("a message that is forged", () => {
  test.each(doorways)(
    "is 401 at $line ($type) in every way to forge it, and a flood of them writes nothing",
    async (door) => {
      const before = await countRows(under);
      for (const [how, forge] of Object.entries(forgeries)) {
        const answer = await send(door, forge(door));
        expect([how, answer.status, answer.body["code"]]).toEqual([how, 401, "signature-invalid"]);
      }
      const flood = await Promise.all(
        Array.from({ length: 60 }, () => send(door, signed({ ...door, secret: foreignSecret }))),
      );
      expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([401]));
      expect(await countRows(under)).toEqual(before);
    },
  );

  test("one biller's good message is no message of another biller", async () => {
    const before = await countRows(under);
    const theirs = await push(under, billOf(), { biller: "gorod-zhkh", secret: otherBillers });
    const ours = await push(under, billOf(), { biller: "mgts", secret: webhookSecret });
    expect([theirs.status, ours.status]).toEqual([401, 401]);
    expect(await countRows(under)).toEqual(before);
  });

  test("notifications of gateways from nowhere are counted a few times, however many come", async () => {
    const { notification_refusals: _, ...before } = await countRows(under);
    const line = "POST /v1/gateways/yookassa/notifications";
    const body = {
      event: "payment.succeeded",
      object: { id: "object-of-flood", metadata: { charge_id: "KV-1-1" } },
    };
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => ask(under, null, line, { body, key: null, from: "203.0.113.77" })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    await until(async () => (await countRows(under))["notification_refusals"] !== 0);
    const { notification_refusals: counted = 0, ...after } = await countRows(under);
    expect(after).toEqual(before);
    expect(counted).toBeLessThanOrEqual(2);
  });
});

describe("a message that is good", () => {
  const [door] = doorways as [Doorway];

  test("has one effect, however often it comes, and the same id with another amount has none of it", async () => {
    const one = { ...door, raw: JSON.stringify(billOf({ account: "7700888888" })) };
    const message = signed(one);
    const first = await send(one, message);
    expect(first.status).toBe(200);
    const before = await countRows(under);
    for (let time = 0; time < 5; time += 1) expect((await send(one, message)).status).toBe(200);
    const dearer = { ...door, raw: one.raw.replace("512345", "999999") };
    const again = signed(dearer);
    await send(dearer, {
      ...again,
      id: message.id,
      signature: new Webhook(webhookSecret).sign(
        message.id,
        new Date(Number(again.timestamp) * 1000),
        dearer.raw,
      ),
    });
    const { rows } = await under.database.pool.query(
      "select amount_minor::text from bills where account = '7700888888'",
    );
    expect(rows).toEqual([{ amount_minor: "512345" }]);
    expect((await countRows(under))["bills"]).toBe(before["bills"]);
  });

  test("may bear signatures of two secrets while one takes the other's place: the one that is ours is enough", async () => {
    for (const order of ["old first", "new first"]) {
      const two = { ...door, raw: JSON.stringify(billOf({ account: "7700777777", period: "2026-03" })) };
      const id = `msg_${randomUUID()}`;
      const at = new Date();
      const signatures = [foreignSecret, webhookSecret].map((secret) =>
        new Webhook(secret).sign(id, at, two.raw),
      );
      const signature = (order === "old first" ? signatures : signatures.reverse()).join(" ");
      const timestamp = String(Math.floor(at.getTime() / 1000));
      expect((await send(two, { id, timestamp, signature, raw: two.raw })).status).toBe(200);
    }
  });
});
