import { once } from "node:events";
import net, { type AddressInfo } from "node:net";

/** A TCP server that gives no HTTP answer by itself. */
export async function startBare(onConnection: (socket: net.Socket) => void) {
  const sockets: net.Socket[] = [];
  const bytes: Buffer[] = [];
  const bare = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("data", (chunk: Buffer) => bytes.push(chunk));
    socket.on("error", () => socket.destroy());
    onConnection(socket);
  });
  bare.listen(0, "127.0.0.1");
  await once(bare, "listening");
  const { port } = bare.address() as AddressInfo;
  return {
    port,
    connections: () => sockets.length,
    received: () => Buffer.concat(bytes).toString("utf8"),
    async close() {
      for (const socket of sockets) socket.destroy();
      bare.close();
      await once(bare, "close");
    },
  };
}
