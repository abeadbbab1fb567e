import { describe, expect, test } from "vitest";
import { runCommandLine } from "../../cli/run.ts";

interface Told {
  readonly text: string;
  readonly candidates: readonly {
    readonly kind: string;
    readonly value: string;
    readonly valid: boolean;
    readonly reason: { readonly code: string; readonly detail: string } | null;
  }[];
}

async function told(...line: readonly string[]): Promise<{ readonly code: number; readonly lines: Told[] }> {
  const { code, out = "" } = await runCommandLine(["identify", "--json", ...line], {});
  return { code, lines: out.split("\n").map((one) => JSON.parse(one) as Told) };
}

test("one line of JSON a text, in order, without any environment; all valid as something ends with 0", async () => {
  const { code, lines } = await told("18810123456789012345", "+7 (916) 123-45-67");
  expect(code).toBe(0);
  expect(lines.map(({ text }) => text)).toEqual(["18810123456789012345", "+7 (916) 123-45-67"]);
  expect(lines[0]?.candidates).toContainEqual({
    kind: "uin",
    value: "18810123456789012345",
    valid: true,
    reason: null,
  });
  expect(lines[1]?.candidates.map(({ kind, value, valid }) => [kind, value, valid])).toEqual([
    ["mobile", "79161234567", true],
    ["landline", "79161234567", false],
  ]);
});

test("a text that is valid as nothing ends with 1, and the others are answered all the same", async () => {
  const { code, lines } = await told("7707083893", "1027700132196", "nonsense");
  expect(code).toBe(1);
  expect(lines[1]?.candidates).toMatchObject([
    { kind: "ogrn", valid: false, reason: { code: "check-digit" } },
  ]);
  expect(lines[2]?.candidates).toEqual([]);
});

test("an account is proved by --bic; a BIC that is none is a mistake of the command line", async () => {
  const account = "40702810138250123017";
  const of = async (...line: string[]) =>
    (await told(account, ...line)).lines[0]?.candidates.find(({ kind }) => kind === "account");
  expect(await of("--bic", "044525225")).toMatchObject({ valid: true });
  expect(await of("--bic", "044525974")).toMatchObject({ valid: false, reason: { code: "account-key" } });
  expect(await of()).toMatchObject({ valid: false, reason: { code: "bic-needed" } });
  const wrong = await runCommandLine(["identify", account, "--bic", "04452522"], {});
  expect(wrong).toMatchObject({ code: 2, complaint: expect.stringContaining("8 characters") });
  expect(await runCommandLine(["identify"], {})).toMatchObject({ code: 2 });
});

describe("for people", () => {
  test.each([
    ["ru", "ИНН", "Контрольный знак не сходится (место 10, «1»)"],
    ["en", "INN", "The check digit does not fit (place 10, “1”)"],
  ])("in %s: what it is first, then what it would be but for a mistake", async (locale, name, why) => {
    const { out = "" } = await runCommandLine(["identify", "7705401341", "--locale", locale], {});
    expect(out).toContain(`- ${name}: 7705401341\n      ${why}`);
    expect(out.indexOf("+ ")).toBeLessThan(out.indexOf("- "));
  });

  test("what looks like nothing is told so; --help tells the rule of candidates", async () => {
    expect(await runCommandLine(["identify", "abc"], {})).toMatchObject({
      code: 1,
      out: "abc\n  looks like nothing we know",
    });
    const { out = "" } = await runCommandLine(["identify", "--help"], {});
    expect(out).toContain("save at most one");
  });
});
