import { Socket } from "node:net";
import { createECDH, randomBytes } from "node:crypto";
import webPush from "web-push";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { pushChannel } from "../../adapters/channels/push/push-channel.ts";
import { guardedWeb } from "../../adapters/public-web/guarded-web.ts";
import { signedWebhooks } from "../../adapters/webhooks/http/signed-webhooks.ts";
import { messageAbout } from "../adapters/channels/messages.ts";
import { CORPUS, NAMES, PUBLIC } from "../adapters/public-web/corpus.ts";
import {
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
  startApi,
} from "../api/support/api-under-test.ts";

/** What is no address of the web, or not written like one. */
const STRANGE = [
  "ftp://files.example.org/",
  "file:///etc/passwd",
  "gopher://127.0.0.1:6379/_FLUSHALL",
  "dict://127.0.0.1:11211/stat",
  "ldap://127.0.0.1/",
  "unix:/var/run/docker.sock",
  "http+unix://%2Fvar%2Frun%2Fdocker.sock/containers/json",
  "http://unix:/var/run/docker.sock:/containers/json",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "blob:https://push.example.org/1",
  "ws://127.0.0.1/",
  "//127.0.0.1/",
  "/v1/operator/holds",
  "https:///etc/passwd",
  "https://[fe80::1%25eth0]/",
  "https://[fe80::1%eth0]/",
  "https://[::ffff:127.0.0.1%25lo]/",
  "https://127.0.0.1:22/",
  "https://127.0.0.1:6379/",
  "https://[::1]:5432/",
  "https://0x7f000001:443/",
  "https://０１７７.0.0.1/",
  "https://169。254。169。254/latest/meta-data/",
  "https://metadata.google.internal/computeMetadata/v1/",
  "https://LOCALHOST/",
  "https://localhost.localdomain.local/",
  "https://kubernetes.default.svc.cluster.local/",
  "https://database/",
  "https://a:b@push.example.org/",
  "https://push.example.org@127.0.0.1/",
  "https://127.0.0.1#@push.example.org/",
  "https://127.0.0.1\\@push.example.org/",
  "https://push.example.org:99999/",
  "https://push.example.org:-1/",
  "https:// push.example.org/",
  "",
];
const corpus = [...new Set([...CORPUS, ...CORPUS.map((url) => url.replace(/^http:/, "https:")), ...STRANGE])];
/** Names tell nothing by themselves: where one leads is asked at every connection. */
const isName = (url: string) => Object.keys(NAMES).some((name) => url.includes(name));

const vapid = { ...webPush.generateVAPIDKeys(), subject: "mailto:push@kvitok.example.org" };
const browserKeys = {
  p256dh: createECDH("prime256v1").generateKeys("base64url"),
  auth: randomBytes(16).toString("base64url"),
};

/** Both roads to servers of strangers, over one web whose names lead where the test says. */
function roads(lookUp: (name: string) => Promise<readonly { address: string }[]>) {
  const web = guardedWeb({ lookUp, connectMs: 2_000, totalMs: 3_000 });
  const hooks = signedWebhooks(web);
  const push = pushChannel({ vapid, web });
  return {
    webhook: (url: string) =>
      hooks.send({
        url,
        id: "msg_1",
        body: "{}",
        secrets: [`whsec_${Buffer.alloc(32, 7).toString("base64")}`],
      }),
    push: (url: string) =>
      push.deliver({
        ...messageAbout("notice"),
        to: url,
        device: { ...browserKeys, shownToken: "t".repeat(43) },
      }),
    close: () => web.close(),
  };
}

/** Takes the place of every connection (of plain ones: what is dialled is the same with TLS); answers where they would have gone. */
function dials(): string[] {
  const targets: string[] = [];
  vi.spyOn(Socket.prototype, "connect").mockImplementation(function connect(
    this: Socket,
    ...args: unknown[]
  ) {
    const [options] = (Array.isArray(args[0]) ? args[0] : args) as [
      {
        host: string;
        lookup?: (n: string, how: object, answer: (e: null, f: { address: string }[]) => void) => void;
      },
    ];
    if (options.lookup)
      options.lookup(options.host, { all: true }, (_e, found) =>
        targets.push(...found.map(({ address }) => address)),
      );
    else targets.push(options.host);
    this.destroy(Object.assign(new Error("no network here"), { code: "ENETUNREACH" }));
    return this;
  });
  return targets;
}
afterEach(() => vi.restoreAllMocks());

describe("an address of our own house", () => {
  let under: ApiUnderTest;
  let olga: Person;
  beforeAll(async () => {
    under = await startApi({ push: { publicKey: vapid.publicKey, allowed: new Set() } });
    olga = await signIn(under, "olga", { roles: ["operator"] });
  });
  afterAll(() => under.close());

  test("is taken neither as a receiver of webhooks nor as a browser, in any of its disguises; nothing of it is kept", async () => {
    expect(corpus.length).toBeGreaterThanOrEqual(170);
    const before = await countRows(under);
    for (const url of corpus.filter((one) => !isName(one))) {
      const hook = await ask(under, olga, "POST /v1/operator/webhooks", { body: { url } });
      expect([url, hook.status], hook.text).toEqual([url, 422]);
      const body = { endpoint: url, keys: browserKeys };
      const browser = await ask(under, olga, "POST /v1/me/push-devices", { body });
      expect([url, browser.status], browser.text).toEqual([url, 422]);
    }
    expect(await countRows(under)).toEqual(before);
  });
});

describe("on the way to a receiver or a browser", () => {
  test("no connection is begun to any address of the corpus", async () => {
    const targets = dials();
    const { webhook, push, close } = roads(async (name) =>
      (NAMES[name] ?? ["127.0.0.1"]).map((address) => ({ address })),
    );
    for (const url of corpus) {
      expect(await webhook(url), url).toMatchObject({ kind: "failed" });
      if (URL.canParse(url)) expect(await push(url), url).not.toMatchObject({ outcome: "accepted" });
    }
    await close();
    expect(targets).toEqual([]);
  });

  test("public addresses are connected to, and names that lead there", async () => {
    const targets = dials();
    const { webhook, push, close } = roads(async () => [{ address: "93.184.216.34" }]);
    for (const address of PUBLIC) {
      const url = `http://${address.includes(":") ? `[${address}]` : address}/`;
      await webhook(url);
      await push(url);
    }
    await webhook("http://hooks.example.org/in");
    await close();
    const wanted = [...PUBLIC.flatMap((address) => [address, address]), "93.184.216.34"];
    expect(targets).toEqual(wanted);
  });

  test("a name that was public when it was kept and leads into our house when it is called gets nothing", async () => {
    const targets = dials();
    const answers = ["93.184.216.34", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1"];
    let asked = 0;
    const { webhook, close } = roads(async () => [{ address: answers[asked++] ?? "127.0.0.1" }]);
    for (let time = 0; time < 6; time += 1) await webhook("http://rebinding.attacker.test/");
    await close();
    expect(asked).toBe(6);
    expect(targets).toEqual(["93.184.216.34"]);
  });
});
