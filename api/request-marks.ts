import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import type { Logger } from "pino";
import { holdsCardNumber } from "../domain/card-numbers.ts";
import { preferredLocale } from "../words/locale.ts";
import type { ApiEnvironment } from "./environment.ts";
import { readNetworks } from "./networks.ts";

/** Names every request, chooses the language of its answer, says whose word about its sender counts, and forbids caches to keep it. */
export function markRequest(trustedProxies: readonly string[]): MiddlewareHandler<ApiEnvironment> {
  const proxies = readNetworks(trustedProxies);
  return async (c, next) => {
    const given = c.req.header("x-request-id") ?? "";
    // it stands in the log
    const requestId = /^[\w.-]{8,64}$/.test(given) && !holdsCardNumber(given) ? given : randomUUID();
    c.set("requestId", requestId);
    c.set("proxies", proxies);
    c.set("locale", preferredLocale(c.req.header("accept-language")));
    await next();
    c.res.headers.set("x-request-id", requestId);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  };
}

/** Headers for answers that no browser should render or frame. */
export function apiHeaders(): MiddlewareHandler<ApiEnvironment> {
  return secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: "DENY",
    // a year, as the pages of the same host say
    strictTransportSecurity: "max-age=31536000; includeSubDomains",
    referrerPolicy: "no-referrer",
    crossOriginResourcePolicy: "same-origin",
  });
}

/** One line a request: the pattern of its address, never the address, so that no id or person gets into the log. */
export function logRequests(log: Logger): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const line = {
      requestId: c.get("requestId"),
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ms: Math.round(performance.now() - startedAt),
    };
    // Probes of health come every second and say nothing while all is well.
    if (line.route.startsWith("/health") && line.status < 400) log.debug(line, "request");
    else log.info(line, "request");
  };
}
