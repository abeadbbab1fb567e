import { expect, test } from "vitest";
import { check, findMissingOptional, platformOf } from "../../scripts/checks/lock-file.ts";
import { createFixtureRepository } from "./fixture-repository.ts";

const root = { optionalDependencies: {} };

test("a lock file with download addresses is found", async () => {
  const packages = {
    "": root,
    "node_modules/a": { version: "1.0.0", resolved: "https://example.org/a.tgz" },
  };
  const tree = createFixtureRepository({ "package-lock.json": JSON.stringify({ packages }) });
  expect(await check.run(tree.root)).toEqual([
    expect.stringContaining("node_modules/a has a download address"),
  ]);
});

test("a platform package that npm ci would miss is found, wherever it is looked for", () => {
  const packages = {
    "": root,
    "node_modules/a": {
      version: "1.0.0",
      optionalDependencies: { "a-linux-x64": "1.0.0", "a-win32-x64": "1.0.0" },
    },
    "node_modules/a-linux-x64": { version: "1.0.0" },
    "node_modules/b": {
      dev: true,
      optionalDependencies: { "@b/darwin-arm64": "2.0.0", "b-linux-x64": "2.0.0" },
    },
    "node_modules/b/node_modules/b-linux-x64": { version: "2.0.0" },
  };
  expect(findMissingOptional({ packages })).toEqual([
    { name: "a-win32-x64", version: "1.0.0", wantedBy: "node_modules/a", isDevelopment: false },
    { name: "@b/darwin-arm64", version: "2.0.0", wantedBy: "node_modules/b", isDevelopment: true },
  ]);
});

test("a package's platform is read from its name", () => {
  expect(platformOf("@swc/core-linux-arm64-musl")).toEqual({ os: ["linux"], cpu: ["arm64"], libc: ["musl"] });
  expect(platformOf("@oxc-parser/binding-linux-x64-gnu")).toEqual({
    os: ["linux"],
    cpu: ["x64"],
    libc: ["glibc"],
  });
  expect(platformOf("@swc/core-win32-ia32-msvc")).toEqual({ os: ["win32"], cpu: ["ia32"] });
  expect(platformOf("@oxlint/binding-linux-arm-gnueabihf")).toEqual({
    os: ["linux"],
    cpu: ["arm"],
    libc: ["glibc"],
  });
  expect(() => platformOf("left-pad")).toThrow("does not say its platform");
});
