import { expect, test } from "vitest";
import { chaosPortsFrom, PORTS_IN_A_ROW } from "./links.ts";

test("nobody in a world listens where somebody else does, and all of it within one row of ports", () => {
  const { stack, apis, workers, proxyControl, links, temporalServer } = chaosPortsFrom(9_300);
  // the full server stands where the development server would
  const { frontend: _frontend, http: _http, metrics: _metrics, ...own } = temporalServer;
  const all = [
    ...Object.values(stack).filter((port) => port !== stack.api && port !== stack.worker),
    ...apis,
    ...workers,
    proxyControl,
    ...links.map(({ port }) => port),
    ...Object.values(own),
  ];
  expect(all).toHaveLength(new Set(all).size);
  expect(Math.max(...all)).toBeLessThan(9_300 + PORTS_IN_A_ROW);
});
