import { readFile } from "node:fs/promises";
import path from "node:path";
import { git, isRoomSource } from "../repository.ts";
import { codeLines, measureFunctions, parseSource } from "./source-lines.ts";

const maximumFileLines = 300;
const maximumFunctionLines = 60;

/** Where the files and functions stand that were too long when the rule came: path, or `path#function`, → lines. */
export const budgetFile = "scripts/checks/size-budget.json";

type Budget = Readonly<Record<string, number>>;

/**
 * Files of at most 300 lines of code, functions of at most 60. What the budget file names may be longer, at
 * most as long as it says there, and the budget only shrinks: a number that is no longer needed must be
 * lowered, and compared with the last commit no number may grow and no name may come in.
 */
export async function findOversized(root: string, files: readonly string[]): Promise<readonly string[]> {
  const budget = parseBudget(await readFile(path.join(root, budgetFile), "utf8"));
  const sizes = new Map<string, { lines: number; limit: number }>();
  for (const file of files.filter((name) => isRoomSource(name) && !isGenerated(name))) {
    await measureFile(root, file, sizes);
  }
  const complaints = [...sizes].flatMap(([name, { lines, limit }]) =>
    judgeSize(name, lines, limit, budget[name]),
  );
  const gone = Object.keys(budget).filter((name) => !sizes.has(name));
  return [
    ...complaints,
    ...gone.map((name) => `${budgetFile}: ${name} no longer exists, remove it`),
    ...(await findGrowth(root, budget)),
  ];
}

function isGenerated(file: string): boolean {
  return /\.generated\.|(^|\/)generated\//.test(file);
}

async function measureFile(
  root: string,
  file: string,
  sizes: Map<string, { lines: number; limit: number }>,
): Promise<void> {
  const source = parseSource(file, await readFile(path.join(root, file), "utf8"));
  const lines = codeLines(source);
  sizes.set(file, { lines: lines.size, limit: maximumFileLines });
  for (const fn of measureFunctions(source, lines)) {
    const name = `${file}#${fn.name}`;
    const known = sizes.get(name)?.lines ?? 0;
    sizes.set(name, { lines: Math.max(known, fn.codeLines), limit: maximumFunctionLines });
  }
}

function judgeSize(name: string, lines: number, limit: number, allowed: number | undefined): string[] {
  if (allowed === undefined) {
    return lines > limit
      ? [`${name}: ${lines} lines of code, at most ${limit}: split it by what it holds`]
      : [];
  }
  if (lines > allowed) return [`${name}: grew to ${lines} lines of code, its budget is ${allowed}`];
  if (lines <= limit) return [`${budgetFile}: ${name} is ${lines} lines now, within the rule: remove it`];
  return lines < allowed ? [`${budgetFile}: ${name} shrank to ${lines} lines, lower its budget`] : [];
}

async function findGrowth(root: string, budget: Budget): Promise<string[]> {
  const landed = await landedBudget(root);
  if (landed === undefined) return [];
  return Object.entries(budget).flatMap(([name, lines]) => {
    const before = landed[name];
    if (before === undefined) return [`${budgetFile}: ${name} is new here; the budget only shrinks`];
    return lines > before ? [`${budgetFile}: ${name} was raised from ${before} to ${lines}`] : [];
  });
}

/** The budget as it stands in the last commit, or nothing where it was never committed. */
async function landedBudget(root: string): Promise<Budget | undefined> {
  const listed = await git(root, "ls-tree", "--name-only", "HEAD", "--", budgetFile).catch(() => "");
  if (listed.trim() === "") return undefined;
  return parseBudget(await git(root, "show", `HEAD:${budgetFile}`));
}

function parseBudget(text: string): Budget {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null) throw new Error(`${budgetFile} must hold an object`);
  const entries = Object.entries(parsed);
  const wrong = entries.find(([, lines]) => !Number.isSafeInteger(lines));
  if (wrong !== undefined) throw new Error(`${budgetFile}: ${wrong[0]} must be a whole number of lines`);
  return Object.fromEntries(entries.map(([name, lines]) => [name, Number(lines)]));
}
