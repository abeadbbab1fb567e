import type { MiddlewareHandler } from "hono";
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import { withoutCardNumbers } from "../domain/card-numbers.ts";
import { actingFor } from "../db/rights/acting.ts";
import type { ApiContext, ApiEnvironment } from "./environment.ts";
import { Refusal } from "./problems.ts";
import { ROLES } from "./schemas/people.ts";

export type Role = (typeof ROLES)[number];

/** Who calls, as the identity provider says. */
export type Caller = {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** A phone number that the provider vouches for (`phone_number_verified`). */
  readonly phone: string | null;
  readonly locale: "ru" | "en";
  readonly zone: string;
  readonly roles: readonly Role[];
  readonly billerId: string | null;
  /** How strong the sign-in was, in the provider's words (`acr`). */
  readonly acr: string | null;
};

/** Answers who a token speaks for, null when it is not valid for us; throws when that cannot be found out now. */
export type VerifyToken = (token: string) => Promise<Caller | null>;

const DEFAULT_ZONE = "Europe/Moscow";
const CLOCK_TOLERANCE_SECONDS = 5;
const metadataShape = z.object({ issuer: z.string(), jwks_uri: z.url() });
const claimsShape = z.object({
  sub: z.string().min(1).max(255),
  name: z.string().max(200).catch(""),
  email: z.email().nullable().catch(null),
  email_verified: z.boolean().catch(false),
  phone_number: z.string().max(40).nullable().catch(null),
  phone_number_verified: z.boolean().catch(false),
  locale: z.string().catch(""),
  zoneinfo: z.string().catch(DEFAULT_ZONE),
  roles: z.array(z.string()).catch([]),
  biller_id: z.string().nullable().catch(null),
  acr: z.string().nullable().catch(null),
});

/**
 * Verifies access tokens of one issuer (RFC 9068: `typ: at+jwt`, RS256, our audience). The issuer's keys are found by discovery at the
 * first token and kept; a new key id makes jose look again.
 */
export function createTokenVerifier(trust: {
  readonly issuer: string;
  readonly audience: string;
}): VerifyToken {
  let keySet: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  return async (token) => {
    keySet ??= discoverKeys(trust.issuer).catch((cause: unknown) => {
      // The next token asks again: the provider may only have been away.
      keySet = undefined;
      throw cause;
    });
    const keys = await keySet;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: trust.issuer,
        audience: trust.audience,
        algorithms: ["RS256"],
        typ: "at+jwt",
        requiredClaims: ["sub", "exp"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return callerOf(trust.issuer, payload);
    } catch (cause) {
      if (isTokensFault(cause)) return null;
      throw new Refusal("temporarily-unavailable");
    }
  };
}

async function discoverKeys(issuer: string) {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5_000), redirect: "error" });
    const metadata = metadataShape.parse(await response.json());
    if (metadata.issuer !== issuer) throw new Error("the provider speaks for another issuer");
    return createRemoteJWKSet(new URL(metadata.jwks_uri), { cooldownDuration: 10_000 });
  } catch (cause) {
    throw new Refusal("temporarily-unavailable", {}, cause);
  }
}

/** True when the token is to blame; false when its keys could not be read. */
function isTokensFault(cause: unknown): boolean {
  if (!(cause instanceof errors.JOSEError)) return false;
  // "Expected 200 OK from the JWKS HTTP response" comes as the generic kind.
  return !["ERR_JOSE_GENERIC", "ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID"].includes(cause.code);
}

function callerOf(issuer: string, payload: JWTPayload): Caller | null {
  const parsed = claimsShape.safeParse(payload);
  if (!parsed.success) return null;
  const claims = parsed.data;
  return {
    issuer,
    subject: claims.sub,
    name: withoutCardNumbers(claims.name.replace(/\p{Cc}/gu, "")),
    email: claims.email,
    emailVerified: claims.email_verified,
    phone: claims.phone_number_verified ? claims.phone_number : null,
    locale: claims.locale.toLowerCase().startsWith("en") ? "en" : "ru",
    zone: zoneOf(claims.zoneinfo),
    roles: ROLES.filter((role) => claims.roles.includes(role)),
    billerId: claims.biller_id,
    acr: claims.acr,
  };
}

/** The zone by its main name: PostgreSQL knows those, but not every alias that we would understand. */
function zoneOf(name: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch (cause) {
    if (cause instanceof RangeError) return DEFAULT_ZONE;
    throw cause;
  }
}

/**
 * Lets only bearers of a valid token pass, and remembers who they are. An operator whose token names none of `operatorAcrValues` gets nowhere at all, not even
 * to what is their own: there is no road on which the role could count by mistake. No values: any sign-in will do.
 */
export function authenticate(
  verifyToken: VerifyToken,
  operatorAcrValues: readonly string[] = [],
): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const [, token] = /^Bearer +([\w.~+/=-]+) *$/i.exec(c.req.header("authorization") ?? "") ?? [];
    const caller = token === undefined ? null : await verifyToken(token);
    if (caller === null) throw new Refusal("unauthenticated");
    if (caller.roles.includes("operator") && !isStrong(caller.acr, operatorAcrValues)) {
      throw new Refusal("stronger-sign-in-needed", {
        headers: { "www-authenticate": challengeOf(operatorAcrValues) },
      });
    }
    c.set("caller", caller);
    await actingFor(caller, next);
  };
}

function isStrong(acr: string | null, wanted: readonly string[]): boolean {
  return wanted.length === 0 || (acr !== null && wanted.includes(acr));
}

/** RFC 9470 §3: programs learn from it what to ask the provider for. */
function challengeOf(acrValues: readonly string[]): string {
  return `Bearer error="insufficient_user_authentication", acr_values="${acrValues.join(" ")}"`;
}

/** Lets only callers with a role pass. */
export function requireRole(role: Role): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    if (!callerOfRequest(c).roles.includes(role)) throw new Refusal("forbidden");
    await next();
  };
}

/** Who calls; only behind {@link authenticate}. */
export function callerOfRequest(c: ApiContext): Caller {
  const caller = c.get("caller");
  if (caller === undefined) throw new Error("this address is served without authentication");
  return caller;
}
