import { expect, test } from "vitest";
import { billSourceVariables, createBillSources } from "../../processes/bill-sources.ts";
import { readConfig } from "../../processes/config.ts";

const sourcesOf = (environment: Readonly<Record<string, string>>) =>
  createBillSources(readConfig({ KVITOK_MODE: "live", ...environment }, billSourceVariables));

test("without an address there is no registry", () => {
  expect([...sourcesOf({}).keys()]).toEqual([]);
  expect([...sourcesOf({ KVITOK_GIS_GMP_URL: "" }).keys()]).toEqual([]);
});

test("with an address it is there, by its name, and what it can do depends on the role", () => {
  const registry = { KVITOK_GIS_GMP_URL: "https://gateway.example/gis-gmp", KVITOK_GIS_GMP_SENDER: "aa11b4" };
  expect(sourcesOf(registry).get("gis-gmp")?.capabilities).toMatchObject({ byTime: false, push: "notices" });
  const issuer = sourcesOf({ ...registry, KVITOK_GIS_GMP_ROLE: "22", KVITOK_GIS_GMP_ORIGINATOR: "00ff12" });
  expect(issuer.get("gis-gmp")?.capabilities.byTime).toBe(true);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ["no registration number", {}],
  ["a number that is none", { KVITOK_GIS_GMP_SENDER: "aa11b" }],
  ["a role that is none", { KVITOK_GIS_GMP_SENDER: "aa11b4", KVITOK_GIS_GMP_ROLE: "portal" }],
  ["a version that nobody knows", { KVITOK_GIS_GMP_SENDER: "aa11b4", KVITOK_GIS_GMP_FORMAT: "1.16" }],
  [
    "plain HTTP for real charges",
    { KVITOK_GIS_GMP_SENDER: "aa11b4", KVITOK_GIS_GMP_URL: "http://gateway.example/" },
  ],
])("%s stops the process at its start", (_name, environment) => {
  expect(() => sourcesOf({ KVITOK_GIS_GMP_URL: "https://gateway.example/gis-gmp", ...environment })).toThrow(
    /gis-gmp|KVITOK_GIS_GMP/,
  );
});
