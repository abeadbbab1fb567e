/** Seeds of neighbours lie so far from each other that no world meets the draws of another one. */
const SEED_STEP = 1_000_003;

/** One of many worlds that know nothing of each other. */
export type Apart = { readonly seed: number; readonly count: number };

/**
 * Plays many in worlds of a few, as like in size as they can be, each of a seed of its own so that one is played again without the others; some of them at one time. Every instant of a world
 * looks at all rows of its database, so that few are quick.
 *
 * @param order.count how many there are in all; `most` in one world, `lanes` worlds at one time
 */
export async function playApart<Found>(
  order: {
    readonly seed: number;
    readonly count: number;
    readonly most: number;
    readonly lanes: number;
  },
  play: (world: Apart) => Promise<Found>,
): Promise<readonly Found[]> {
  const { seed, count, most, lanes } = order;
  const worlds = Math.ceil(count / most);
  const least = Math.floor(count / worlds);
  const waiting = Array.from({ length: worlds }, (_none, index): Apart => {
    return { seed: seed + index * SEED_STEP, count: least + (index < count - least * worlds ? 1 : 0) };
  });
  const found: Found[] = [];
  const lane = async (): Promise<void> => {
    for (let world = waiting.shift(); world !== undefined; world = waiting.shift())
      found.push(await play(world));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return found;
}
