import { get } from "node:http";

/**
 * The counters of a server of this machine, as text; undefined when it does not answer in full and in time. Not by `fetch`: one that is called off in the middle of its answer
 * may never end, for it holds that answer weakly.
 */
export function readMetrics(port: number, withinMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port, path: "/metrics", agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve(text));
      // one that was broken off
      answer.on("error", () => resolve(undefined));
    });
    const late = setTimeout(() => asked.destroy(new Error("no answer in time")), withinMs);
    asked.on("error", () => resolve(undefined));
    // not the end: it may come while the answer's last bytes are still read
    asked.on("close", () => clearTimeout(late));
  });
}
