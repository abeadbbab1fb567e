import { rows } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import type { DigestInput } from "./messages.ts";

/** `digest/<recipient>/<instant>`: gathers what quiet hours or a preference delay, and closes once, with one message for each channel. */
export async function digest(input: DigestInput): Promise<void> {
  const bell = installBell();
  await bell.wait(input.waitMs, "until the digest closes");
  for (;;) {
    const orders = await rows.lookAtDigest({ digestId: input.digestId });
    if (orders.closed) return;
    await bell.wait(orders.waitMs, "until the digest closes");
  }
}
