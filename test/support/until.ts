import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits for a condition.
 *
 * @throws Error when it does not hold within the time, or what the condition throws
 */
export async function until(condition: () => boolean | Promise<boolean>, withinSeconds = 40): Promise<void> {
  const deadline = Date.now() + withinSeconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`It did not come true within ${withinSeconds} s: ${String(condition)}`);
    await delay(25);
  }
}
