import { afterAll, beforeAll, describe } from "vitest";
import { chargesWithoutPayer, chargesWithPayer, keys } from "./gateway-contract-charging.ts";
import { bindings, looking, noTrustworthyAnswer } from "./gateway-contract-evidence.ts";
import { type GatewayWorld, Till } from "./gateway-till.ts";

/** Every gateway adapter passes this suite; each test names the assumption about the vendor that it protects. */
export function gatewayContract(name: string, open: () => Promise<GatewayWorld>): void {
  const till = new Till(open);
  describe(`gateway contract: ${name}`, () => {
    beforeAll(() => till.open());
    afterAll(() => till.close());
    chargesWithoutPayer(till);
    keys(till);
    chargesWithPayer(till);
    noTrustworthyAnswer(till);
    looking(till);
    bindings(till);
  });
}
