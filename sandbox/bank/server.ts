import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { type HttpBindings, createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { ApiError } from "./api-error.ts";
import { apiServer } from "./api-server.ts";
import type { Bank } from "./bank.ts";
import { Book } from "./book.ts";
import { checkoutServer } from "./checkout/checkout-server.tsx";
import { controlServer } from "./control-server.ts";
import { expireOverdue } from "./expiry.ts";
import { Notifier } from "./notifier.ts";
import type { StripeOptions } from "./stripe/face.ts";
import { mountStripe } from "./stripe/mount.ts";

/** How to start the bank. */
export interface BankOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Where to listen; 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** The journal is `bank/journal.jsonl` inside. */
  readonly dataDir: string;
  readonly shopId: string;
  readonly secretKey: string;
  /** Where notifications go; absent or empty: nowhere until the control interface says so. */
  readonly notifyUrl?: string;
  /** Absent: the bank has no Stripe face, `/v1` is 404. */
  readonly stripe?: StripeOptions;
}

/** A bank that listens. */
export interface RunningBank {
  /** The API's base address, ends in `/v3`. */
  readonly url: string;
  /** The server's address without a path: what the Stripe face is reached under (its API adds `/v1`). */
  readonly origin: string;
  /** The control interface's base address. */
  readonly control: string;
  /** Stops listening, breaks open connections, closes the journal. */
  close(): Promise<void>;
}

const expireEveryMs = 200;
const greeting =
  "Sandbox bank. YooKassa v3 is under /v3, Stripe (where it is on) under /v1; GET /control/journal and /control/debits tell what it did.\n";

/**
 * Starts the sandbox bank: the API v3 of YooKassa under `/v3`, the bank's pages under `/checkout`, the control
 * interface under `/control`; where it is asked for, a Stripe face under `/v1` with its pages under `/stripe`. All state
 * is rebuilt from the journal. Rejects when the port is taken or the journal cannot be read.
 */
export async function startBank(options: BankOptions): Promise<RunningBank> {
  const book = new Book(join(options.dataDir, "bank", "journal.jsonl"));
  let origin = "";
  const closing = new AbortController();
  const bank: Bank = {
    book,
    shopId: options.shopId,
    secretKey: options.secretKey,
    origin: () => origin,
    closing: closing.signal,
  };
  takeNotifyUrl(book, options.notifyUrl ?? "");
  const notifier = new Notifier(bank);
  const app = new Hono<{ Bindings: HttpBindings }>();
  const committed = (): void => notifier.look();
  app.get("/", (c) => c.text(greeting));
  app.route("/v3", apiServer(bank, committed));
  app.route("/checkout", checkoutServer(bank, committed));
  app.route("/control", controlServer(bank, committed));
  const stripe = options.stripe ? mountStripe(app, bank, options.stripe) : undefined;
  app.onError(answerError);
  const server = createAdaptorServer({ fetch: app.fetch });
  const stop = async (): Promise<void> => {
    clearInterval(expiry);
    await notifier.stop();
    await stripe?.stop();
    await book.close();
  };
  const expiry = setInterval(() => {
    expireOverdue(bank);
    stripe?.expire();
  }, expireEveryMs);
  try {
    await new Promise<void>((listening, failed) => {
      server.once("error", failed);
      server.listen(options.port, options.host ?? "127.0.0.1", listening);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const { address, port } = server.address() as AddressInfo;
  origin = `http://${reachable(address)}:${port}`;
  return {
    url: `${origin}/v3`,
    origin,
    control: `${origin}/control`,
    close: async () => {
      closing.abort();
      await new Promise<void>((closed) => {
        server.close(() => closed());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await stop();
    },
  };
}

/** A changed address at the start rules over one that was set while running; an unchanged one does not. */
function takeNotifyUrl(book: Book, url: string): void {
  if (book.startNotifyUrl !== url) book.record({ kind: "notify-url", url, by: "start" });
}

function reachable(address: string): string {
  if (address === "0.0.0.0" || address === "::") return "127.0.0.1";
  return address.includes(":") ? `[${address}]` : address;
}

/** Refusals in the API's form; anything else is a defect of the bank: told on stderr, 500 to the caller. */
function answerError(error: Error): Response {
  if (!(error instanceof ApiError)) process.stderr.write(`${error.stack ?? error.message}\n`);
  const refusal =
    error instanceof ApiError ? error : new ApiError(500, "internal_server_error", "Internal server error");
  return new Response(JSON.stringify(refusal.toWire()), {
    status: refusal.status,
    headers: { "Content-Type": "application/json", ...refusal.headers },
  });
}
