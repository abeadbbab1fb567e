/** Leaves members of a list out as long as it still breaks the same rule: what is left is what it takes. */
export function shrink<Member>(
  list: readonly Member[],
  breaks: (shorter: readonly Member[]) => boolean,
): readonly Member[] {
  let least = list;
  for (let chunk = Math.ceil(least.length / 2); chunk >= 1; chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2)) {
    for (let from = 0; from < least.length; ) {
      const shorter = [...least.slice(0, from), ...least.slice(from + chunk)];
      if (breaks(shorter)) least = shorter;
      else from += chunk;
    }
  }
  return least;
}
