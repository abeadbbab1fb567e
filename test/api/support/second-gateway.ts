import type { Binding, Gateway } from "../../../adapters/gateways/port.ts";
import { type GatewayStandIn, makeGateway } from "./gateway-stand-in.ts";

/** A second gateway that binds first and takes wallets; what it was sent is kept. */
export function secondGateway(): GatewayStandIn & { readonly wallets: unknown[] } {
  const stand = makeGateway();
  const wallets: unknown[] = [];
  const gateway: Gateway = {
    ...stand.gateway,
    name: "stripe",
    can: { ...stand.gateway.can, chargeWithoutSaving: [], walletTokens: ["apple_pay", "google_pay"] },
    startBinding: async (request): Promise<Binding> => {
      if (request.wallet) {
        wallets.push(request.wallet);
        stand.answers.set(request.bindingId, "active");
      }
      return stand.gateway.startBinding(request);
    },
  };
  return { ...stand, gateway, wallets };
}
