import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { threadId } from "node:worker_threads";
import { checkAddress } from "../../../adapters/public-web/public-address.ts";
import { isInstant, readCursor, readSidedCursor, writeCursor } from "../../../api/cursors.ts";
import { readNetworks, senderOf, subscriberOf } from "../../../api/networks.ts";
import { Refusal } from "../../../api/problems.ts";
import { searchWords } from "../../../api/search-words.ts";
import { openCatalogue } from "../../../cli/offline/catalogue-file.ts";
import { checkReference } from "../../../domain/catalogue/reference.ts";
import { fitPattern, readPattern } from "../../../domain/catalogue/pattern.ts";
import { addDays, isCivilDate, isCivilTime } from "../../../domain/calendar.ts";
import { writtenPath } from "../../../domain/field-path.ts";
import { parseDecimal, toDecimal } from "../../../domain/money.ts";
import {
  DATE_FORMATS,
  MONTH_FORMATS,
  readAmountMinor,
  readCivilDate,
  readMonth,
} from "../../../domain/registry-values.ts";
import { writtenMonth } from "../../../domain/written-month.ts";
import { deviceName } from "../../../web/device-name.ts";
import { ownPath } from "../../../web/own-path.ts";
import { parseRoubles } from "../../../web/amounts.ts";
import { pauseEnd } from "../../../web/pause-end.ts";
import { makeSeals } from "../../../web/sealed-values.ts";
import { linkPath, namedPath } from "../../../web/link-path.ts";
import { writtenPhone } from "../../../web/written-phone.ts";
import { preferredLocale } from "../../../words/locale.ts";
import { demand, demandSame, jsonOf, samplesOf, type Target, textsOf } from "../target.ts";

const amounts: Target = {
  name: "amounts-and-days",
  samples: () =>
    samplesOf(
      "5123,45",
      "5 123.45",
      "-0.01",
      "9007199254740991",
      "2026-02-28",
      "28.02.2026",
      "20260228",
      "02.2026",
      "23:59:59",
      "10 000 ₽",
    ),
  run(input) {
    for (const text of textsOf(input)) {
      const money = parseDecimal(text, "RUB");
      if (money)
        demandSame(
          parseDecimal(toDecimal(money), "RUB"),
          money,
          "an amount that is written is read as the same",
        );
      for (const unit of ["roubles", "kopecks"] as const) {
        for (const decimal of [",", "."] as const) {
          const minor = readAmountMinor(text, { unit, decimal });
          demand(minor === null || Number.isSafeInteger(minor), "an amount is a whole number", minor);
        }
      }
      const roubles = parseRoubles(text);
      demand(roubles === null || roubles.amountMinor > 0, "roubles are above nothing");
      const days = [text, ...DATE_FORMATS.map((format) => readCivilDate(text, format))];
      for (const day of days) if (day !== null && isCivilDate(day) && day < "9990") addDays(day, 1);
      const months = [writtenMonth(text), ...MONTH_FORMATS.map((format) => readMonth(text, format))];
      for (const month of months)
        demand(month === null || isCivilDate(`${month}-01`), "a month exists", month);
      isCivilTime(text);
      pauseEnd(text, "Europe/Moscow");
    }
  },
};

const cursors: Target = {
  name: "cursors",
  samples: () =>
    samplesOf(
      writeCursor(["2026-02-28", "KV-7F3K-9Q2M-X4TB"]),
      writeCursor(["<2026-03-05T09:00:00.000Z", "a"]),
      '["2026-03-05T09:00:00.000Z","a"]',
      '["0000-01-01T00:00:00.000Z","a"]',
    ),
  run(input) {
    for (const cursor of [...textsOf(input), Buffer.from(input).toString("base64url")]) {
      instantOf(() => readCursor(cursor, isInstant)?.order);
      instantOf(() => readSidedCursor(cursor)?.at);
    }
  },
};

/** PostgreSQL has no year nought. */
function instantOf(read: () => string | undefined): void {
  try {
    const instant = read() ?? "2026";
    demand(!instant.startsWith("0000"), "an instant of a cursor is one that the database can read", instant);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
  }
}

const trusted = readNetworks(["10.0.0.0/8", "fd00::/8"]);

const headers: Target = {
  name: "headers",
  samples: () =>
    samplesOf(
      "203.0.113.9, 10.0.0.1",
      "[2a02:5180::1]:443",
      "::ffff:10.0.0.1",
      "ru-RU,en;q=0.8",
      "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/117.0",
      "fe80::1%eth0",
    ),
  run(input) {
    for (const text of textsOf(input)) {
      const sender = senderOf("10.0.0.1", text, trusted);
      const subscriber = subscriberOf(sender);
      demand(!/NaN|undefined/.test(subscriber), "a subscriber's network is one", [sender, subscriber]);
      subscriberOf(text);
      demand(["ru", "en"].includes(preferredLocale(text)), "a language is one of ours");
      const device = deviceName(text);
      demand(device === undefined || device.length <= 80, "a device has a short name", device?.length);
    }
  },
};

const addresses: Target = {
  name: "addresses",
  samples: () =>
    samplesOf(
      "https://push.example.org/send/abc",
      "/bills?cursor=x",
      "/..//evil.example",
      "http://127.0.0.1/",
      "https://[::1]/",
      "/link/abc-_",
      "8 (916) 000-00-00",
      "жкх «дом»",
    ),
  run(input) {
    for (const text of textsOf(input)) {
      const checked = checkAddress(text, { longest: 2048, allowed: new Set() });
      if ("url" in checked)
        demand(
          checked.url.protocol === "https:" && checked.url.username === "",
          "an address is https",
          checked.url.href,
        );
      const own = ownPath(text, "https://pay.city.example");
      if (own !== undefined)
        demandSame(
          new URL(own, "https://pay.city.example").origin,
          "https://pay.city.example",
          "a path of ours stays ours",
        );
      linkPath.test(text);
      demand(namedPath(text).length <= text.length + 32, "a path's name is short");
      searchWords(text);
      demandSame(writtenPhone(writtenPhone(text)), writtenPhone(text), "a telephone number stays as it is");
    }
  },
};

const seals = makeSeals(new Uint8Array(32).fill(9));
const session = await seals.seal("session", { sub: "anna" }, 3_600);

const cookies: Target = {
  name: "session-cookies",
  samples: () => samplesOf(session, "eyJhbGciOiJub25lIn0.e30.", "a.b.c.d.e"),
  async run(input) {
    for (const text of textsOf(input)) {
      const opened = await seals.open("session", text);
      // base64url has spare bits: another writing of the same bytes is the same seal
      if (opened !== undefined) demandSame(opened, { sub: "anna" }, "nothing opens but what we sealed");
      demand((await seals.open("draft", text)) === undefined, "a seal opens for its own purpose alone");
      demand(!seals.isFormToken("session-1", text), "nobody guesses a form's token");
    }
  },
};

const file = path.join(tmpdir(), `kvitok-fuzz-${process.pid}-${threadId}.json`);

const catalogue: Target = {
  name: "catalogue-file",
  samples: () =>
    samplesOf(
      '{"catalogue":{"version":1},"categories":[{"id":"a","billerDefaults":{}}],"billers":[{"id":"b"}]}',
      '{"catalogue":{"version":1}}\n{"category":{"id":"a"}}\n{"biller":{"id":"b"}}\n',
    ),
  async run(input) {
    writeFileSync(file, input);
    try {
      await readCatalogue();
    } finally {
      rmSync(file);
    }
  },
};

async function readCatalogue(): Promise<void> {
  let opened: Awaited<ReturnType<typeof openCatalogue>>;
  try {
    opened = await openCatalogue(file);
  } catch (cause) {
    // its declared failure: the whole file is no catalogue, and says why
    demand(cause instanceof Error && cause.message !== "", "a file that is no catalogue says why");
    return;
  }
  for await (const entry of opened.entries) demand(entry.where !== "", "an entry says where it stands");
}

const REFERENCE = {
  fields: [
    { key: "account", title: { ru: "Счёт", en: "Account" }, pattern: "[0-9]{10}", required: true },
    { key: "flat", title: { ru: "Квартира", en: "Flat" }, pattern: "[0-9]{1,4}", required: false },
  ],
  period: "optional",
} as unknown as Parameters<typeof checkReference>[0]["reference"];

const patterns: Target = {
  name: "patterns-and-paths",
  samples: () =>
    samplesOf(
      "[0-9]{10}|[A-Z]{2}[0-9]{6}",
      "77\n7700123456",
      "a{1,64}b{1,64}\naaaa",
      '{"account":"7700123456","flat":"5","period":"2026-02"}',
      '["limitPerPayment","methods",0]',
    ),
  run(input) {
    for (const text of textsOf(input)) {
      const [written = "", ...rest] = text.split("\n");
      const reading = readPattern(written);
      if (reading.ok) fitPattern(reading.pattern, rest.join("\n").slice(0, 512));
      else demand(reading.detail !== "" && reading.at >= 0, "a pattern that is none says where", reading);
      const content = jsonOf(text);
      if (Array.isArray(content))
        writtenPath(content.filter((step) => ["string", "number"].includes(typeof step)));
      if (typeof content !== "object" || content === null) continue;
      const values = Object.fromEntries(
        Object.entries(content).filter(([, value]) => typeof value === "string"),
      ) as Record<string, string>;
      const checked = checkReference({ reference: REFERENCE }, values);
      if (checked.ok)
        demand(checked.account.length <= 64, "an account is no longer than it may be", checked.account);
    }
  },
};

/** Fields, headers, cookies, addresses, and what an operator imports. */
export const textTargets: readonly Target[] = [
  amounts,
  cursors,
  headers,
  addresses,
  cookies,
  catalogue,
  patterns,
];
