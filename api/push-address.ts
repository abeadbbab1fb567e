import { checkAddress } from "../adapters/public-web/public-address.ts";
import type { PushAddress } from "../db/queries/push-devices.ts";
import type { ApiDependencies } from "./dependencies.ts";
import { Refusal, refuseField } from "./problems.ts";
import type { PushSubscriptionInput } from "./schemas/push.ts";

const LONGEST_ENDPOINT = 2048;

/**
 * The address of a browser's push service, as it may be kept: https, and a name that can be public. Where the name leads is asked at every message.
 *
 * @throws Refusal `push-off`, `push-address-invalid`
 */
export function pushAddressOf(
  { push }: Pick<ApiDependencies, "push">,
  { endpoint, keys }: PushSubscriptionInput,
  field = "endpoint",
): PushAddress {
  if (!push) throw new Refusal("push-off");
  const checked = checkAddress(endpoint, { longest: LONGEST_ENDPOINT, allowed: push.allowed });
  if ("fault" in checked) throw refuseField(field, "push-address-invalid");
  return { endpoint: checked.url.href, p256dh: keys.p256dh, auth: keys.auth };
}
