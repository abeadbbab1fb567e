import { createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Pool } from "pg";

/** What stood in the database when the bytes of a charge arrived: read on a connection of its own, so only commits count. */
export type Witnessed = {
  readonly chargeId: string;
  /** Which POST of this charge it was, from 1. */
  readonly transmission: number;
  readonly committedPasses: number;
};

/**
 * Stands between the adapter and the bank and passes every byte on. Before it hands a POST over it looks whether the gate's row for this very
 * transmission is committed: the strongest reading of "gate before socket".
 */
export class EngineWitness {
  readonly seen: Witnessed[] = [];
  readonly #server: Server;
  readonly #counts = new Map<string, number>();

  private constructor(pool: Pool, bankUrl: string) {
    this.#server = createServer((incoming, outgoing) => {
      this.#pass(pool, bankUrl, incoming).then(
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          // The bank may die in the middle of its answer: the shop's connection then dies as well.
          answer.on("error", () => outgoing.destroy()).pipe(outgoing);
        },
        () => incoming.socket.destroy(),
      );
    });
  }

  static async listen(pool: Pool, bankUrl: string): Promise<EngineWitness> {
    const witness = new EngineWitness(pool, bankUrl);
    await new Promise<void>((listening) => witness.#server.listen(0, "127.0.0.1", listening));
    return witness;
  }

  /** The address that stands for the bank's, ends in `/v3`. */
  get url(): string {
    return `${this.origin}/v3`;
  }

  /** The same without a path: what stands for the bank's Stripe face. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Charges whose bytes arrived before their gate's row was committed; must stay empty. */
  get unpermitted(): readonly Witnessed[] {
    return this.seen.filter(({ transmission, committedPasses }) => committedPasses < transmission);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #pass(pool: Pool, bankUrl: string, incoming: IncomingMessage): Promise<IncomingMessage> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const chargeId = incoming.method === "POST" ? chargeOf(incoming, body) : undefined;
    if (chargeId !== undefined) await this.#note(pool, chargeId);
    return forward(
      new URL((incoming.url ?? "/").replace(/^\/v3/, new URL(bankUrl).pathname), bankUrl),
      incoming,
      body,
    );
  }

  async #note(pool: Pool, chargeId: string): Promise<void> {
    const transmission = (this.#counts.get(chargeId) ?? 0) + 1;
    this.#counts.set(chargeId, transmission);
    const { rows } = await pool.query<{ passes: number }>(
      "select count(*)::int as passes from gate_passes where charge_id = $1 and kind = 'charge'",
      [chargeId],
    );
    this.seen.push({ chargeId, transmission, committedPasses: rows[0]?.passes ?? 0 });
  }
}

/** At Stripe a charge is one confirm, and its key is the charge; what is posted before it moves no money. */
function chargeOf({ url = "", headers }: IncomingMessage, body: Buffer): string | undefined {
  if (url.startsWith("/v1/")) {
    const key = headers["idempotency-key"];
    return url.endsWith("/confirm") && typeof key === "string" ? key : undefined;
  }
  const parsed = JSON.parse(body.toString("utf8") || "{}") as { metadata?: { charge_id?: string } };
  return parsed.metadata?.charge_id;
}

function forward(url: URL, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onward = request(
      url,
      { method: incoming.method, headers: incoming.headers, agent: false },
      resolve,
    );
    onward.on("error", reject);
    incoming.socket.on("close", () => onward.destroy());
    onward.end(body);
  });
}
