import { vi } from "vitest";

const THREE_HOURS_MS = 3 * 3_600_000;

/** Asks as a machine does that was suspended after the gate: three hours have passed, and its monotonic clock has not moved. */
export function afterSuspension<Request extends { readonly mayStillSend: () => boolean }>(
  request: Request,
): Request {
  const mayStillSend = () => {
    const wall = vi.spyOn(Date, "now").mockReturnValue(Date.now() + THREE_HOURS_MS);
    try {
      return request.mayStillSend();
    } finally {
      wall.mockRestore();
    }
  };
  return { ...request, mayStillSend };
}
