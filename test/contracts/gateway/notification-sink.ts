import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { NotificationRequest } from "../../../adapters/gateways/port.ts";
import { until } from "../../support/until.ts";

/** A merchant's endpoint that keeps what comes in. */
export class NotificationSink {
  readonly #server: http.Server;
  readonly #arrived: NotificationRequest[];

  private constructor(server: http.Server, arrived: NotificationRequest[]) {
    this.#server = server;
    this.#arrived = arrived;
  }

  static async start(): Promise<NotificationSink> {
    const arrived: NotificationRequest[] = [];
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
        arrived.push({
          headers: Object.fromEntries(headers) as Record<string, string>,
          body: Buffer.concat(chunks).toString("utf8"),
          nowSeconds: Math.floor(Date.now() / 1_000),
        });
        response.end();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new NotificationSink(server, arrived);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/notifications`;
  }

  /** The first notification that names an object. */
  async about(objectId: string): Promise<NotificationRequest> {
    const named = () => this.#arrived.find(({ body }) => body.includes(`"${objectId}"`));
    await until(() => named() !== undefined);
    const found = named();
    if (found === undefined) throw new Error(`no notification names ${objectId}`);
    return found;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
