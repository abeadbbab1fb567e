import type { Command } from "./client.ts";
import { type ClientOptions, createRequester } from "./client-request.ts";
import type { PushDevice, PushDevices, PushSettings, PushSubscriptionInput } from "./schemas/push.ts";

/** Browsers that show a person notifications. */
export function push(options: ClientOptions) {
  const { get, send } = createRequester(options);
  const path = "/v1/me/push-devices";
  return {
    listPushDevices: () => get<PushDevices>(path),
    /** The subscription as the browser gives it out. */
    addPushDevice: (body: PushSubscriptionInput, command: Command = {}) =>
      send<PushDevice>("POST", path, { body, ...command }),
    choosePushSettings: (body: PushSettings, command: Command = {}) =>
      send<PushDevices>("PATCH", path, { body, ...command }),
    removePushDevice: (id: string, command: Command = {}) =>
      send<PushDevices>("DELETE", `${path}/${encodeURIComponent(id)}`, command),
  };
}
