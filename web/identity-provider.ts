import * as oidc from "openid-client";
import { z } from "zod";
import type { WebDependencies } from "./dependencies.ts";

/** The identity provider cannot be reached or does not answer as OpenID Connect wants it. */
export class IdentityUnreachable extends Error {
  override readonly name = "IdentityUnreachable";
}

/** What must be kept between leaving for the provider and coming back. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Who came back from the provider. */
export interface SignedIn {
  readonly sub: string;
  readonly name: string;
  readonly locale: "ru" | "en" | undefined;
  readonly zone: string;
  readonly roles: readonly string[];
  /** How strong the sign-in was, in the provider's words; undefined when it does not say. */
  readonly acr: string | undefined;
  readonly accessToken: string;
  /** Seconds the access token is good for; undefined when the provider does not say. */
  readonly tokenSeconds: number | undefined;
}

/** Our side of the code flow with PKCE, state and nonce. */
export interface IdentityProvider {
  /** Where to send the browser; `acrValues` are the strengths to ask for, none for any. Rejects with {@link IdentityUnreachable}. */
  begin(
    locale: string,
    acrValues: readonly string[],
  ): Promise<{ readonly url: URL; readonly pending: PendingSignIn }>;
  /** Turns the address that the browser came back with into a person. Rejects with the library's error when it does not fit. */
  finish(cameBackTo: URL, pending: PendingSignIn): Promise<SignedIn>;
  /** Where the person can end the session at the provider, too; undefined when the provider has no such page. */
  signOutUrl(): Promise<URL | undefined>;
}

const claimsShape = z.object({
  sub: z.string(),
  name: z.string().optional(),
  locale: z.string().optional(),
  zoneinfo: z.string().optional(),
  roles: z.array(z.string()).optional(),
  acr: z.string().optional(),
});

const answerWithinSeconds = 10;

/** Discovers the provider at first use, and again after a failure: it may start later than we do. */
export function makeIdentityProvider({ oidc: client, publicUrl }: WebDependencies): IdentityProvider {
  const redirectUri = new URL("/sign-in/callback", publicUrl).href;
  let discovered: Promise<oidc.Configuration> | undefined;
  const configuration = (): Promise<oidc.Configuration> => {
    discovered ??= discover(client).catch((cause: unknown) => {
      discovered = undefined;
      throw new IdentityUnreachable(`no discovery at ${client.issuer}`, { cause });
    });
    return discovered;
  };
  return {
    begin: async (locale, acrValues) => {
      const known = await configuration();
      const verifier = oidc.randomPKCECodeVerifier();
      const pending = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier };
      const url = oidc.buildAuthorizationUrl(known, {
        redirect_uri: redirectUri,
        scope: "openid profile email",
        // Providers that issue tokens for several APIs ask which one is meant; the others ignore it.
        audience: "kvitok-api",
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state: pending.state,
        nonce: pending.nonce,
        ui_locales: locale,
        ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(" ") }),
      });
      return { url, pending };
    },
    finish: async (cameBackTo, pending) => {
      const tokens = await oidc.authorizationCodeGrant(await configuration(), cameBackTo, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      return personOf(tokens.claims(), tokens.access_token, tokens.expiresIn());
    },
    signOutUrl: async () => {
      const known = await configuration();
      if (known.serverMetadata().end_session_endpoint === undefined) return undefined;
      // By the client's name and without the ID token: a name and a mail address have no place in an address.
      return oidc.buildEndSessionUrl(known, { post_logout_redirect_uri: new URL("/", publicUrl).href });
    },
  };
}

function discover(client: WebDependencies["oidc"]): Promise<oidc.Configuration> {
  const issuer = new URL(client.issuer);
  return oidc.discovery(issuer, client.clientId, undefined, oidc.ClientSecretPost(client.clientSecret), {
    execute: [
      // Who sits between us and the provider, in a proxy that ends TLS, say, is nobody without its key.
      oidc.enableNonRepudiationChecks,
      // oxlint-disable-next-line typescript/no-deprecated -- marked so only to stand out; a sandbox on loopback has no TLS
      ...(issuer.protocol === "http:" ? [oidc.allowInsecureRequests] : []),
    ],
    timeout: answerWithinSeconds,
  });
}

function personOf(claims: unknown, accessToken: string, tokenSeconds: number | undefined): SignedIn {
  const { sub, name, locale, zoneinfo, roles, acr } = claimsShape.parse(claims);
  const language = locale?.slice(0, 2).toLowerCase();
  return {
    sub,
    name: name ?? sub,
    locale: language === "ru" || language === "en" ? language : undefined,
    zone: zoneinfo !== undefined && isZone(zoneinfo) ? zoneinfo : "Europe/Moscow",
    roles: roles ?? [],
    acr,
    accessToken,
    tokenSeconds,
  };
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}
