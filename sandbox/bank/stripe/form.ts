/** Parameters as they came: texts, lists and groups. */
export type Tree = string | Tree[] | { [name: string]: Tree };
export type Group = { [name: string]: Tree };

const deepest = 6;

/**
 * Reads form-encoded parameters with nested names: `a[b]=1`, `a[]=1`, `a[0][b]=1`. Groups whose names are 0, 1, 2…
 * are lists. Answers undefined for a malformed name or one nested too deep.
 */
export function readForm(text: string): Group | undefined {
  const root: Group = newGroup();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    if (!path || !place(root, path, value)) return undefined;
  }
  const read = listsOf(root);
  return typeof read === "object" && !Array.isArray(read) ? read : newGroup();
}

function newGroup(): Group {
  // No prototype: a parameter may be called `__proto__`.
  return Object.create(null) as Group;
}

function pathOf(name: string): string[] | undefined {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) return undefined;
  const inner = [...(match[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map(([, part = ""]) => part);
  return inner.length < deepest ? [match[1] ?? "", ...inner] : undefined;
}

function place(root: Group, path: readonly string[], value: string): boolean {
  let here = root;
  for (const [depth, part] of path.entries()) {
    const name = part === "" ? String(Object.keys(here).length) : part;
    if (depth === path.length - 1) {
      here[name] = value;
      return true;
    }
    const next = (here[name] ??= newGroup());
    if (typeof next === "string" || Array.isArray(next)) return false;
    here = next;
  }
  return false;
}

function listsOf(tree: Tree): Tree {
  if (typeof tree === "string" || Array.isArray(tree)) return tree;
  const names = Object.keys(tree);
  if (names.length > 0 && names.every((name, index) => name === String(index))) {
    return names.map((name) => listsOf(tree[name] ?? ""));
  }
  const group = newGroup();
  for (const name of names) group[name] = listsOf(tree[name] ?? "");
  return group;
}

/** One text for one meaning: the order of parameters does not count. */
export function canonical(tree: Tree): string {
  return JSON.stringify(tree, (_name, part: Tree) =>
    typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Until this version of the API the allowed kinds of methods had another name in requests. */
const renamedIn = "2026-09-30";

/** Parameters as today's version names them, whatever version the client speaks. */
export function inTodaysNames(params: Group, version: string): Group {
  const { payment_method_types: old, ...rest } = params;
  return old === undefined || version >= renamedIn ? params : { ...rest, allowed_payment_method_types: old };
}
