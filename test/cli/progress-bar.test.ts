import { expect, test } from "vitest";
import { createProgressBar } from "../../cli/offline/progress-bar.ts";

test("the end of an import does not tell more lines than the file has", () => {
  const written: string[] = [];
  const out = {
    isTTY: false,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  };
  const bar = createProgressBar(out);
  bar.show({ phase: "applying", lines: 5_000, bytes: 549, share: 1 });
  bar.end();
  expect(written.join("")).toContain("100 % applying");
  expect(written.join("")).not.toContain("5000");
});
