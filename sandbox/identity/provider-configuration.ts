import type { Account, Grant, OidcContext } from "oidc-provider";
import { apiAudience, apiScope, type TokenIssuer, tokenLifetimeSeconds } from "./access-token.ts";
import { claimsOf, demoPeople, type DemoPerson, personById } from "./demo-people.ts";
import type { GrantStore } from "./grant-adapter.ts";
import { errorPage, type Language, languageOf, signOutPage, signedOutPage } from "./identity-pages.tsx";

/** The API as a resource (RFC 8707). A client need not name it: every code flow gets a token for it. */
export const apiResource = "urn:kvitok:api";
const oidcScopes = "openid profile email";
const fortnightSeconds = 14 * 24 * 60 * 60;

export interface ClientOptions {
  readonly clientSecret: string;
  /** Where the resident page lives; its twin on `localhost` or `127.0.0.1` is allowed, too. */
  readonly pageUrl: string;
}

/** The page's address as the browser may write it: with the loopback number and with its name. */
export function pageOrigins(pageUrl: string): readonly string[] {
  const twins = ["127.0.0.1", "localhost"].map((hostname) => {
    const url = new URL(pageUrl);
    url.hostname = hostname;
    return url.origin;
  });
  const own = new URL(pageUrl).origin;
  return [own, ...twins.filter((one) => one !== own)];
}

/** The settings of oidc-provider for one first-party client, without a consent page. */
export function providerConfiguration(
  from: TokenIssuer,
  client: ClientOptions,
  store: GrantStore,
): Record<string, unknown> {
  const origins = pageOrigins(client.pageUrl);
  return {
    adapter: (model: string) => store.adapter(model),
    clients: [
      {
        client_id: from.clientId,
        client_secret: client.clientSecret,
        token_endpoint_auth_method: "client_secret_post",
        grant_types: ["authorization_code"],
        response_types: ["code"],
        redirect_uris: origins.map((origin) => `${origin}/sign-in/callback`),
        post_logout_redirect_uris: origins.flatMap((origin) => [
          origin,
          `${origin}/`,
          `${origin}/signed-out`,
        ]),
      },
    ],
    jwks: { keys: [from.keys.key] },
    cookies: { keys: [from.keys.cookieKey] },
    scopes: ["openid", "profile", "email", "kvitok"],
    claims: {
      openid: ["sub"],
      profile: ["name", "locale", "zoneinfo", "roles", "biller_id"],
      email: ["email", "email_verified"],
    },
    // The page reads the person from the ID token, so the claims go there and not only to userinfo.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: {
      AccessToken: tokenLifetimeSeconds,
      IdToken: 60 * 60,
      AuthorizationCode: 60,
      Interaction: 60 * 60,
      Session: fortnightSeconds,
      Grant: fortnightSeconds,
    },
    findAccount: async (_context: OidcContext, id: string) => accountOf(id),
    loadExistingGrant: firstPartyGrant,
    extraTokenClaims: (_context: OidcContext, token: { accountId?: string }) => {
      const person = personById(token.accountId ?? "");
      return person ? claimsOf(person) : undefined;
    },
    interactions: {
      url: (_context: OidcContext, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
    },
    features: { devInteractions: { enabled: false }, ...signOut, ...apiTokens },
    renderError: (context: OidcContext, out: Record<string, string>) => {
      context.type = "html";
      context.body = errorPage(languageAsked(context), out);
    },
  };
}

const signOut = {
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (context: OidcContext, form: string) => {
      context.body = signOutPage(languageAsked(context), form);
    },
    postLogoutSuccessSource: (context: OidcContext) => {
      context.body = signedOutPage(languageAsked(context));
    },
  },
};

const apiTokens = {
  resourceIndicators: {
    enabled: true,
    defaultResource: () => apiResource,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      scope: apiScope,
      audience: apiAudience,
      accessTokenFormat: "jwt",
      accessTokenTTL: tokenLifetimeSeconds,
      jwt: { sign: { alg: "RS256" } },
    }),
  },
};

function languageAsked(context: OidcContext): Language {
  return languageOf(context.oidc.params?.["ui_locales"] ?? context.get("accept-language"));
}

function accountOf(id: string): Account | undefined {
  const person: DemoPerson | undefined = demoPeople.find((one) => one.id === id);
  return person && { accountId: id, claims: async () => ({ sub: id, ...claimsOf(person) }) };
}

/** The page is our own, so the grant is written down at once instead of being asked for. */
async function firstPartyGrant(context: OidcContext): Promise<Grant | undefined> {
  const { client, session, provider } = context.oidc;
  if (!client || !session?.accountId) return undefined;
  const known = session.grantIdFor(client.clientId);
  const existing = known === undefined ? undefined : await provider.Grant.find(known);
  if (existing) return existing;
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(oidcScopes);
  grant.addOIDCScope("kvitok");
  grant.addResourceScope(apiResource, apiScope);
  await grant.save();
  return grant;
}
