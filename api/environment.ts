import { withoutCardNumbers } from "../domain/card-numbers.ts";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Caller } from "./authentication.ts";
import { type Networks, senderOf } from "./networks.ts";
import type { ProblemLocale } from "./problem-words.ts";

/** What travels with a request. */
export type ApiEnvironment = {
  /** `page` is set by the page in this very process: only then its word about the payer's address counts. */
  Bindings: Partial<HttpBindings> & { readonly page?: true };
  Variables: {
    requestId: string;
    locale: ProblemLocale;
    caller: Caller | undefined;
    /** Networks of our own proxies. */
    proxies: Networks;
    /** The body of a command as it came, for its fingerprint and signature. */
    rawBody: string;
    /** The body of an address that takes bytes; empty elsewhere. */
    rawBytes: Uint8Array<ArrayBuffer>;
  };
};

export type Api = OpenAPIHono<ApiEnvironment>;
export type ApiContext = Context<ApiEnvironment>;

/**
 * Where the payer sits, for consents, instructions and look-ups: the peer, or behind proxies of ours whom they name. The page hands on what its own visitor's
 * connection said. Null when nobody trustworthy says so.
 */
export function payerAddress(c: ApiContext): string | null {
  const peer = c.env.page ? c.req.header("x-kvitok-payer-address") : c.env.incoming?.socket.remoteAddress;
  return peer === undefined ? null : senderOf(peer, c.req.header("x-forwarded-for"), c.get("proxies"));
}

/** The payer's browser or program, at most 300 characters. */
export function payerAgent(c: ApiContext): string | null {
  const name = c.env.page ? "x-kvitok-payer-agent" : "user-agent";
  const agent = c.req.header(name)?.slice(0, 300);
  return agent === undefined ? null : withoutCardNumbers(agent);
}
