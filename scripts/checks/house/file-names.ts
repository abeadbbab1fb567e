import { rooms } from "../repository.ts";

const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const forbiddenNames = /^(?:utils?|helpers?|common|managers?|services?|types|misc|shared|stuff|lib)$/;
const forbiddenEndings = /-(?:utils?|helpers?|managers?|services?|types)$/;

// What may stand between the name and the last ending: what a file is for its tool, or the language of its texts.
const innerEndings = /\.(?:test|config|generated|d|en|ru)(?=\.)/g;

/** Kebab case for files and folders of our rooms, and no name that says nothing about what it holds. */
export function findBadNames(files: readonly string[]): readonly string[] {
  return files.filter(isOurs).flatMap((file) => {
    const segments = file.split("/");
    const last = segments.pop() ?? "";
    const stem = last.replace(innerEndings, "").replace(/\.[a-z0-9]+$/, "");
    const kebabProblem = [...segments, stem].find((part) => !kebab.test(part));
    const emptyName = [...segments, stem].find(
      (part) => forbiddenNames.test(part) || forbiddenEndings.test(part),
    );
    return [
      ...(kebabProblem === undefined ? [] : [`${file}: "${kebabProblem}" is not kebab case`]),
      ...(emptyName === undefined ? [] : [`${file}: "${emptyName}" does not say what it holds`]),
    ];
  });
}

function isOurs(file: string): boolean {
  const room = file.split("/", 1)[0] ?? "";
  const isCode = /\.(?:tsx?|mjs|cjs|js|sql)$/.test(file);
  return isCode && (rooms as readonly string[]).includes(room);
}
