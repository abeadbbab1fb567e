/** @type {{ original: string, copy: string } | undefined} */
let swap;

/** @param {{ original: string, copy: string }} data */
export function initialize(data) {
  swap = data;
}

/**
 * The module keeps its own address, so what it imports is found where it always was; only its text is read from the copy.
 *
 * @type {import("node:module").LoadHook}
 */
export function load(url, context, nextLoad) {
  const [address, query] = url.split("?");
  if (swap === undefined || address !== swap.original) return nextLoad(url, context);
  return nextLoad(query === undefined ? swap.copy : `${swap.copy}?${query}`, context);
}
