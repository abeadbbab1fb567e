import { debtKey } from "./sealed.ts";

/**
 * What we keep of a gateway's own name of a binding or a saved method, so that its news find the row: a keyed hash. The name itself may be the token that
 * is charged (payment rules §15).
 */
export function gatewayKey(claimKey: Uint8Array, gateway: string, objectId: string): string {
  return debtKey(claimKey, ["gateway-object", gateway, objectId]);
}
