import { samplesOf, type Target } from "../target.ts";

/** Parsers that are wrong on purpose: the fuzzer must see it. */
export const wrongTargets: readonly Target[] = [
  {
    name: "wrong-throws",
    samples: () => samplesOf("a well-formed text!"),
    run(input) {
      const text = Buffer.from(input).toString("latin1");
      if (text.includes("!") && text.length % 7 === 3) throw new RangeError("read beyond the end");
    },
  },
  {
    name: "wrong-hangs",
    samples: () => samplesOf("((a))", "(a"),
    run(input) {
      const open = input.filter((byte) => byte === 0x28).length;
      const closed = input.filter((byte) => byte === 0x29).length;
      // waits for the bracket that never comes
      while (open > 3 && closed === 0);
    },
  },
];
