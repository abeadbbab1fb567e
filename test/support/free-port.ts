import { createServer } from "node:net";

/** A port of 127.0.0.1 that is free now. Somebody may take it before its user does; a start then fails loudly. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("The probe has no port."));
      });
    });
  });
}
