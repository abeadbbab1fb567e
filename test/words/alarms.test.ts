import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LOCALES } from "../../words/locale.ts";
import { isMessageKey, say } from "../../words/say.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where cases are opened: functions of the database, and code that calls a person. */
const ROOMS = ["db/migrations", "activities", "loops", "api", "processes", "db/queries"];

function kindsIn(text: string): string[] {
  const inSql = [...text.matchAll(/open_case\('{1,2}([a-z-]+)'/g)].map(([, kind]) => kind ?? "");
  const inCode = [...text.matchAll(/openCase\([^;]*?\bkind:([^,]*),/g)].flatMap(([, value]) =>
    [...(value ?? "").replace(/=== "[a-z-]+"/, "").matchAll(/"([a-z-]+)"/g)].map(([, kind]) => kind ?? ""),
  );
  return [...inSql, ...inCode];
}

const kinds = [
  ...new Set(
    ROOMS.flatMap((room) =>
      readdirSync(`${root}${room}`, { recursive: true, encoding: "utf8" })
        .filter((name) => /\.(sql|ts)$/.test(name))
        .flatMap((name) => kindsIn(readFileSync(`${root}${room}/${name}`, "utf8"))),
    ),
  ),
].toSorted();

test("the kinds of cases are found where they are opened", () => {
  expect(kinds).toEqual(
    expect.arrayContaining(["clock-skew", "dispute", "gateway-alarm", "refund-at-gateway", "ghost"]),
  );
});

test.each(kinds)("a case %s is told in its own words, and operators can read what to do about it", (kind) => {
  for (const locale of LOCALES) {
    for (const key of [`alarms.kind.${kind}`, `alarms.kind.${kind}.advice`]) {
      expect(isMessageKey(key), key).toBe(true);
      if (isMessageKey(key)) expect(say(locale, key as "alarms.kind.other")).not.toBe("");
    }
  }
  const [, afterTitle = ""] = readFileSync(`${root}docs/operators.md`, "utf8").split("\n## Alarms\n");
  const [section = ""] = afterTitle.split("\n## ");
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.filter((row) => row.split("|")[1]?.includes(`\`${kind}\``))).toHaveLength(1);
});
