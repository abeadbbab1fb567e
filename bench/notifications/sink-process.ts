// An SMTP server that says 250 at once; it keeps the last mail, to be sent again by whoever is compared.
import { SMTPServer } from "smtp-server";

let last = Buffer.alloc(0);
let taken = 0;
const server = new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  onData(stream, _session, answer) {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("end", () => {
      last = Buffer.concat(chunks);
      taken += 1;
      answer(null, "kept");
    });
  },
});
server.on("error", (cause) => console.error(`sink: ${cause.message}`));
const listener = server.listen(0, "127.0.0.1", () => {
  const address = listener.address();
  process.send?.({ port: typeof address === "object" && address ? address.port : 0 });
});
process.on("message", () => process.send?.({ taken, last: last.toString("base64") }));
process.once("disconnect", () => process.exit(0));
