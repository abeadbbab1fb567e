import type { ImportProgress } from "../../db/registry/importer.ts";

const WIDTH = 30;
/** Often enough to see it move, seldom enough to cost nothing. */
const DRAW_EVERY_MS = 200;
/** Where nobody watches, a line now and then is for the log. */
const SAY_EVERY_MS = 1_000;

type Out = Pick<NodeJS.WriteStream, "write" | "isTTY">;

/** Shows an import on its way: a bar for people, lines for logs. Goes to the standard error stream, so that the result stays alone on the other one. */
export function createProgressBar(out: Out): {
  readonly show: (progress: ImportProgress) => void;
  readonly end: () => void;
} {
  const begun = performance.now();
  let begunAt: number | undefined;
  let drawn = 0;
  return {
    show(progress) {
      begunAt ??= progress.share;
      const now = performance.now();
      if (now - drawn < (out.isTTY ? DRAW_EVERY_MS : SAY_EVERY_MS) && progress.share < 1) return;
      drawn = now;
      const text = sentenceOf(progress, { seconds: (now - begun) / 1000, from: begunAt });
      out.write(out.isTTY ? `\r${barOf(progress.share)} ${text}\u001b[K` : `${text}\n`);
    },
    end() {
      if (out.isTTY && drawn > 0) out.write("\n");
    },
  };
}

function barOf(share: number): string {
  const full = Math.round(share * WIDTH);
  return `[${"#".repeat(full)}${".".repeat(WIDTH - full)}]`;
}

function sentenceOf(
  { phase, lines, bytes, share }: ImportProgress,
  run: { readonly seconds: number; readonly from: number },
): string {
  const percent = `${Math.floor(share * 100)} %`;
  const moved = share - run.from;
  const left = moved <= 0 ? "" : `, ${Math.ceil((run.seconds / moved) * (1 - share))} s left`;
  const rate = phase === "reading" ? `, ${Math.round(lines / Math.max(run.seconds, 0.001))} lines/s` : "";
  const megabytes = (bytes / 1_000_000).toFixed(1);
  // what is applied is counted in whole chunks: at the end that would be more than the file has
  const count = share < 1 ? `, ${lines} lines` : "";
  return `${percent} ${phase}${count}, ${megabytes} MB${rate}${left}`;
}
