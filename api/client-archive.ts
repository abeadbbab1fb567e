import { type ClientOptions, createRequester } from "./client-request.ts";
import type { ArchiveFilterInput, ArchivePage, ArchiveSum } from "./schemas/archive.ts";
import type { Payment } from "./schemas/payments.ts";
import type { ChangeTemplate, CreateTemplate, PayTemplate, Template } from "./schemas/templates.ts";
import type { Page } from "./schemas/fields.ts";

import type { Command } from "./client.ts";

/** What an archive is narrowed by; see the document of the API. */
export type ArchiveWish = Partial<ArchiveFilterInput>;

/** A person's archive. */
export function archive(options: ClientOptions) {
  const { get, open } = createRequester(options);
  return {
    /** One page, newest first; `cursor` is the `nextCursor` or the `previousCursor` of another one. */
    listArchive: (query: ArchiveWish & { readonly cursor?: string; readonly limit?: number } = {}) =>
      get<ArchivePage>("/v1/archive", query),
    /** What was paid, per year and category. */
    sumArchive: () => get<Page<ArchiveSum>>("/v1/archive/sums"),
    /** The same lines as a table, as they come. */
    openArchiveFile: (query: ArchiveWish = {}) => open("/v1/archive.csv", query),
  };
}

/** Saved details, and paying by them. */
export function templates(options: ClientOptions) {
  const { get, send } = createRequester(options);
  const one = (id: string) => `/v1/templates/${encodeURIComponent(id)}`;
  return {
    listTemplates: () => get<Page<Template>>("/v1/templates"),
    getTemplate: (id: string) => get<Template>(one(id)),
    /** From a bill that is seen, or from a biller of the catalogue and the payer's number there. */
    saveTemplate: (body: CreateTemplate, command: Command = {}) =>
      send<Template>("POST", "/v1/templates", { body, ...command }),
    changeTemplate: (id: string, body: ChangeTemplate, command: Command = {}) =>
      send<Template>("PATCH", one(id), { body, ...command }),
    deleteTemplate: (id: string, command: Command = {}) => send<Template>("DELETE", one(id), command),
    /** Pays now, like a bill. */
    payByTemplate: (id: string, body: PayTemplate, command: Command = {}) =>
      send<Payment>("POST", `${one(id)}/payments`, { body, ...command }),
  };
}
