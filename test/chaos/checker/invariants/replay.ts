import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Inquiry, type Outcome } from "../inquiry.ts";

/** What the program that replays prints. */
type Replayed = {
  readonly checked: number;
  readonly broken: readonly { readonly file: string; readonly error: string }[];
};

const LONGEST_MS = 15 * 60_000;

/**
 * I12: every history of the run replays on the workflows of today. Another program does it: the workflows are ours, and nothing of ours is loaded here.
 *
 * @param program a script for Node that takes the histories' folder and prints what came of it as JSON
 */
export function replay(histories: readonly string[], program: string): Outcome {
  const inquiry = new Inquiry();
  if (histories.length === 0) return inquiry.outcome("the run left no histories");
  const order = ["--import", "tsx", program, ...folderOf(histories)];
  const { stdout, stderr, status } = spawnSync(process.execPath, order, {
    encoding: "utf8",
    timeout: LONGEST_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    inquiry.find({ about: program, words: `it ended with ${status}: ${stderr.slice(-2_000)}` });
    return inquiry.outcome();
  }
  const { checked, broken } = JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1)) as Replayed;
  for (let index = 0; index < checked; index += 1) inquiry.look();
  if (checked !== histories.length) {
    inquiry.find({ about: "histories", words: `${histories.length} lie there, ${checked} were replayed` });
  }
  for (const { file, error } of broken) {
    const paymentId = /"payment\/([^"]+)"/.exec(readFileSync(file, "utf8"))?.[1];
    inquiry.find({ about: file, words: error, ...(paymentId === undefined ? {} : { paymentId }) });
  }
  return inquiry.outcome();
}

function folderOf(histories: readonly string[]): string[] {
  const [first = ""] = histories;
  return [first.slice(0, first.lastIndexOf("/"))];
}
