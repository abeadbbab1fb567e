import { type ClientOptions, createRequester } from "./client-request.ts";
import type { Page } from "./schemas/fields.ts";
import type { RegistryFile } from "./schemas/registry-files.ts";

/** A file on its way to the engine. */
export type SentRegistryFile = {
  readonly billerId: string;
  /** Read as it is sent, and never held as a whole. */
  readonly content: ReadableStream<Uint8Array>;
  /** How people call it. */
  readonly name?: string;
  /** The file's own order, where its lines have no versions: a later file has a larger number. */
  readonly version?: number;
};

type OneFile = { readonly billerId: string; readonly id: string };

/** Registry files of billers: on their way in, and what came of them. */
export function registryFiles(options: ClientOptions) {
  const { get, upload, open, download } = createRequester(options);
  const all = (billerId: string) => `/v1/billers/${encodeURIComponent(billerId)}/registry-files`;
  const one = (file: OneFile) => `${all(file.billerId)}/${encodeURIComponent(file.id)}`;
  return {
    /** Sends a file; it is imported behind the answer. No key: the same bytes again are the same import as long as it is under way. */
    uploadRegistryFile: ({ billerId, content, name, version }: SentRegistryFile) =>
      upload<RegistryFile>(all(billerId), { content, mediaType: "text/csv", query: { name, version } }),
    /** Registry files of a biller, newest first. */
    listRegistryFiles: (
      billerId: string,
      query: { readonly cursor?: string; readonly limit?: number } = {},
    ) => get<Page<RegistryFile>>(all(billerId), query),
    getRegistryFile: (file: OneFile) => get<RegistryFile>(one(file)),
    /** Every refused line once, as CSV in Russian. */
    getRegistryReport: (file: OneFile) => download(`${one(file)}/report`),
    /** The same as it comes, in a language of one's choice: a file may have a million refused lines. */
    openRegistryReport: (file: OneFile, query: { readonly locale?: "ru" | "en" } = {}) =>
      open(`${one(file)}/report`, query),
  };
}
