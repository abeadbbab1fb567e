import { rows } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import type { BillInput } from "./messages.ts";

/** `bill/<id>`: reminds of a bill that no mandate covers, until it is paid, annulled or its last reminder is gone. */
export async function bill(input: BillInput): Promise<void> {
  const bell = installBell();
  for (;;) {
    const orders = await rows.lookAtBill(input);
    if (orders.ended) return;
    await bell.wait(orders.waitMs, "until the next reminder");
  }
}
