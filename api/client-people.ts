import type { Command } from "./client.ts";
import { type ClientOptions, createRequester } from "./client-request.ts";
import type { Page } from "./schemas/fields.ts";
import type {
  AcceptedTerms,
  AcceptTerms,
  EndedSessions,
  Erasure,
  LivingSession,
  Me,
  ServiceTermsView,
  Session,
  Settings,
  StartedSession,
  StartSession,
} from "./schemas/people.ts";
import type {
  EnterEmail,
  ForgottenIdentifier,
  ProveEmail,
  RenameIdentifier,
  SavedIdentifier,
  SaveIdentifier,
  WholeIdentifier,
} from "./schemas/profile.ts";

/** What a person does about themselves. */
export function people(options: ClientOptions) {
  const { get, send, open } = createRequester(options);
  const one = (id: string) => `/v1/me/identifiers/${encodeURIComponent(id)}`;
  return {
    me: () => get<Me>("/v1/me"),
    /** Chooses language or zone: the identity provider no longer changes them. */
    chooseSettings: (body: Settings, command: Command = {}) =>
      send<Me>("PATCH", "/v1/me", { body, ...command }),
    getTerms: (query: { readonly locale?: "ru" | "en" } = {}) => get<ServiceTermsView>("/v1/terms", query),
    /** Nothing else of a resident works before. */
    acceptTerms: (body: AcceptTerms, command: Command = {}) =>
      send<AcceptedTerms>("POST", "/v1/me/terms", { body, ...command }),
    /** A letter with a link goes to the address; nothing else does before the link was used. */
    enterEmail: (body: EnterEmail, command: Command = {}) =>
      send<Me>("POST", "/v1/me/email", { body, ...command }),
    proveEmail: (body: ProveEmail, command: Command = {}) =>
      send<Me>("POST", "/v1/me/email/proof", { body, ...command }),
    /** Everything that is kept about the caller; a stream of JSON. */
    exportMe: () => open("/v1/me/export"),
    /** Stops everything, then erases; harmless to repeat. */
    eraseMe: () => send<Erasure>("DELETE", "/v1/me", { body: { confirm: "erase" } }),
    listIdentifiers: () => get<Page<SavedIdentifier>>("/v1/me/identifiers"),
    /** A look-up by number: its bills become visible. */
    saveIdentifier: (body: SaveIdentifier, command: Command = {}) =>
      send<SavedIdentifier>("POST", "/v1/me/identifiers", { body, ...command }),
    getIdentifier: (id: string) => get<WholeIdentifier>(one(id)),
    renameIdentifier: (id: string, body: RenameIdentifier, command: Command = {}) =>
      send<SavedIdentifier>("PATCH", one(id), { body, ...command }),
    /** Mandates over it end: they are in the answer. */
    deleteIdentifier: (id: string, command: Command = {}) =>
      send<ForgottenIdentifier>("DELETE", one(id), command),
    listSessions: () => get<Page<Session>>("/v1/me/sessions"),
    endSession: (id: string, command: Command = {}) =>
      send<EndedSessions>("DELETE", `/v1/me/sessions/${encodeURIComponent(id)}`, command),
    endAllSessions: (command: Command = {}) => send<EndedSessions>("DELETE", "/v1/me/sessions", command),
    /** The page's own three, with `session` among the options. */
    startSession: (body: StartSession, command: Command = {}) =>
      send<StartedSession>("POST", "/v1/me/sessions", { body, ...command }),
    getLivingSession: (query: { readonly quiet?: "true" } = {}) =>
      get<LivingSession>("/v1/me/session", query),
    signOut: () => send<EndedSessions>("DELETE", "/v1/me/session", {}),
  };
}
