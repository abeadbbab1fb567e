import type { Readable } from "node:stream";
import type { Transporter } from "nodemailer";

/** Knows of each sending whether the relay was given content of its message. */
export type HandedOver = (sending: AbortSignal) => boolean;

/**
 * Watches the content stream of every message of a transport. nodemailer reads it only after the relay has answered 354 to DATA, so a stream
 * nobody has read proves that the relay cannot have taken the message over. A sending is known by its own abort signal.
 */
export function watchHandOver(transport: Transporter): HandedOver {
  const contents = new WeakMap<AbortSignal, Readable>();
  transport.use("stream", (mail, done) => {
    const { message } = mail;
    const { signal } = mail.data;
    const open = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const content = open(options);
      if (signal !== undefined) contents.set(signal, content);
      return content;
    };
    done();
  });
  return (sending) => contents.get(sending)?.readableDidRead ?? false;
}
