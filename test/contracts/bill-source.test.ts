import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BILLS } from "./bill-source/bills.ts";
import { Desk } from "./bill-source/desk.ts";
import { WRONG_SOURCES } from "./bill-source/mistakes.ts";
import { SEARCHES } from "./bill-source/searches.ts";
import { gisGmpAtRegistry, type SourceWorld } from "./bill-source/source-world.ts";
import { TROUBLES_PART } from "./bill-source/troubles.ts";

const PARTS = [BILLS, SEARCHES, TROUBLES_PART];

let world: SourceWorld;
beforeAll(async () => {
  world = await gisGmpAtRegistry();
});
afterAll(() => world.close());
beforeEach(() => world.bench.clear());

describe.each(PARTS)("the registry's adapter: $title", ({ cases }) => {
  test.each([...cases])("$name", async ({ run }) => {
    await run(new Desk(world));
  });
});

describe("a wrong source fails the contract", () => {
  const all = PARTS.flatMap(({ cases }) => cases);
  test.each([...WRONG_SOURCES])("$mistake → $noticedBy", async ({ noticedBy, wrong }) => {
    const [one, ...others] = all.filter(({ name }) => name.includes(noticedBy));
    if (one === undefined || others.length > 0) throw new TypeError(`not one case is named: ${noticedBy}`);
    const noticed = await one.run(new Desk(world, wrong)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(noticed).toBeInstanceOf(Error);
    // A defect of the suite itself would be no finding.
    expect(noticed).not.toBeInstanceOf(TypeError);
  });
});
