import type { Check } from "./check.ts";
import { git } from "./repository.ts";

const folder = "test/replay/histories";

/**
 * Recorded histories are the proof that running workflows survive a change of code, so they are append-only: a file
 * that was ever committed may not change, be renamed or vanish, in any later commit or in the work tree. Re-recorded
 * means a new file under a new name. In a shallow clone the oldest commit that is there counts as the beginning.
 */
export const check: Check = {
  name: "histories",
  async run(root) {
    const [committed, uncommitted] = await Promise.all([
      git(
        root,
        "log",
        "-m",
        "--no-renames",
        "--diff-filter=MDT",
        "--name-status",
        "--format=%x00%h",
        "--",
        folder,
      ),
      git(root, "diff", "--no-renames", "--diff-filter=MDT", "--name-status", "HEAD", "--", folder),
    ]);
    const inCommits = committed.split("\0").flatMap((entry) => {
      const [commit = "", ...changes] = entry.trim().split("\n");
      return changes.filter((change) => change !== "").map((change) => complain(change, `commit ${commit}`));
    });
    const inTree = uncommitted.split("\n").filter((change) => change !== "");
    return [...inCommits, ...inTree.map((change) => complain(change, "the work tree"))];
  },
};

function complain(change: string, where: string): string {
  const [status = "", file = ""] = change.split("\t");
  const what = status.startsWith("D") ? "removed" : "changed";
  return `${file}: a landed history was ${what} in ${where}; record a new one under a new name`;
}
