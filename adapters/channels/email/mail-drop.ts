import { mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import type { MailDrop } from "../returned-mail.ts";

/** A report quotes the message that came back; larger ones are none of ours. */
const MOST_BYTES = 1024 * 1024;

/**
 * The drop folder at `path`, made when it is not there. A mail server writes beside it or under another name and renames to `*.eml`: what has that name is whole.
 */
export function mailDrop(path: string): MailDrop {
  const folder = path.replace(/\/+$/, "");
  return {
    async next() {
      await mkdir(folder, { recursive: true });
      const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).toSorted();
      for (const name of names) {
        const found = await stat(`${folder}/${name}`).catch(() => null);
        if (found === null || !found.isFile()) continue;
        if (found.size > MOST_BYTES) return { name, raw: null };
        // what may not be read stays where it is, and keeps nothing else waiting
        const raw = await readFile(`${folder}/${name}`).catch(() => null);
        if (raw !== null) return { name, raw };
      }
      return undefined;
    },
    async finish(name, where) {
      await mkdir(`${folder}/${where}`, { recursive: true });
      await rename(`${folder}/${name}`, `${folder}/${where}/${name}`);
    },
  };
}
