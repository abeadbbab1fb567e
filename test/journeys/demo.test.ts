import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import { armFault } from "../support/resident-story.ts";
import { runningStack } from "../support/stack.ts";

const patienceMs = 200_000;

interface Played {
  readonly code: number;
  readonly lines: readonly string[];
  readonly complaints: string;
}

/** Plays the demonstration as its users do: as a program. */
function playDemo(boardFile: string, onLine: (line: string) => void = () => undefined): Promise<Played> {
  const args = ["--import", "tsx", "scripts/demo.ts", "--board", boardFile, "--json"];
  const child = spawn(process.execPath, args, { cwd: repositoryFolder, timeout: patienceMs });
  const lines: string[] = [];
  let complaints = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine(line);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString("utf8");
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code: code ?? -1, lines, complaints }));
  });
}

test(
  "the story ends with one debit of the right amount for each bill, a balanced ledger, the mails and the receipts",
  async () => {
    const { boardFile } = await runningStack();
    const played = await playDemo(boardFile);
    expect(played.complaints).toBe("");
    expect(played.code).toBe(0);
    expect(played.lines.filter((line) => /^bill [123] paid/.test(line))).toHaveLength(3);
    const report = JSON.parse(played.lines.at(-1) ?? "") as {
      ok: boolean;
      problems: string[];
      bills: object[];
    };
    expect(report).toMatchObject({ ok: true, problems: [], ledgerBalanced: true });
    expect(report.bills).toEqual([
      expect.objectContaining({ debits: 1, notices: 1, paidMails: 1, receipt: true }),
      expect.objectContaining({ debits: 1, notices: 1, paidMails: 1, receipt: true }),
      expect.objectContaining({ debits: 1, notices: 1, paidMails: 1, receipt: true }),
    ]);
  },
  patienceMs,
);

test(
  "a bank that debits twice makes the demonstration fail and say so",
  async () => {
    const { boardFile, board } = await runningStack();
    let armed: Promise<void> | undefined;
    // Between arrival and debit lie the seconds of the notice; only this amount is met, whoever else pays meanwhile.
    const played = await playDemo(boardFile, (line) => {
      const [, major, minor] = /^bill 1 arrived: (\d+)\.(\d\d) RUB/.exec(line) ?? [];
      if (major === undefined) return;
      const amountMinor = Number(major) * 100 + Number(minor);
      armed = armFault(board, { kind: "double-debit" }, { operation: "create_payment", amountMinor });
    });
    await armed;
    expect(played.code).toBe(1);
    expect(played.complaints).toContain("the bank shows 2 succeeded debits instead of one");
  },
  patienceMs,
);

test(
  "without a stack it ends at once with words and the way out",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "kvitok-demo-"));
    const missing = await playDemo(join(folder, "board.json"));
    expect(missing.code).toBe(1);
    expect(missing.complaints).toContain("start the stack first");
    writeFileSync(join(folder, "board.json"), "{}");
    expect((await playDemo(join(folder, "board.json"))).complaints).toContain("is no board of this stack");
    rmSync(folder, { recursive: true });
  },
  patienceMs,
);
