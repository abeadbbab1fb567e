import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);

/** Our rooms: the folders whose code stands under the import table. */
export const rooms = [
  "domain",
  "workflows",
  "activities",
  "adapters",
  "db",
  "api",
  "web",
  "words",
  "cli",
  "loops",
  "sandbox",
  "processes",
  "test",
  "bench",
  "scripts",
] as const;

/**
 * Runs git in `root` and answers its standard output.
 * @throws when git is missing, `root` is no work tree, or git ends with an error; the message is git's own
 */
export async function git(root: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execFileAsync("git", ["-C", root, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

/**
 * Every file that belongs to the project: tracked, or new and not ignored, and present on disk.
 * Paths are relative to `root`, with forward slashes, sorted.
 */
export async function projectFiles(root: string): Promise<readonly string[]> {
  const listed = await git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  const files = listed.split("\0").filter((file) => file !== "" && existsSync(path.join(root, file)));
  return [...new Set(files)].sort();
}

/** True for TypeScript sources inside our rooms (declaration files are not cruised, so they do not count). */
export function isRoomSource(file: string): boolean {
  const room = file.split("/", 1)[0] ?? "";
  return (rooms as readonly string[]).includes(room) && /\.tsx?$/.test(file) && !file.endsWith(".d.ts");
}
