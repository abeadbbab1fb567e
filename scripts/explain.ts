// Plans of every list on a city's worth of rows: `node --import tsx scripts/explain.ts`. Takes tens of minutes and some ten gigabytes of disk.
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { withClient } from "../processes/dev/postgres.ts";
import { projectRoot } from "./checks/steps.ts";
import { LISTS, type ListCase } from "./explain/lists.ts";
import { explainForPeople, readsWhole, statementsOf } from "./explain/plans.ts";
import { BIG_TABLES, fillCity } from "./explain/world.ts";
import { withMigratedDatabase } from "./temporary-database.ts";

const { values } = parseArgs({ options: { residents: { type: "string", default: "1000000" } } });
const residents = Number(values.residents);
const folder = path.join(projectRoot, "docs/generated/explain");

await withMigratedDatabase((url) =>
  withClient(url, async (client) => {
    const sizes: string[] = [];
    await fillCity(client, { residents }, (line) => {
      sizes.push(line);
      console.log(line);
    });
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const head = `PostgreSQL ${rows[0]?.server_version ?? "?"}; rows:\n${sizes.map((size) => `  ${size}`).join("\n")}\n`;
    await writeFile(path.join(folder, "rows.txt"), head);
    for (const query of new Set(LISTS.map((list) => list.query))) {
      const plans = LISTS.filter((list) => list.query === query).map((list) => plansOf(url, list));
      const text = (await Promise.all(plans)).join("\n");
      await writeFile(path.join(folder, `${query}.txt`), text);
      console.log(`${query} → docs/generated/explain/${query}.txt`);
    }
  }),
);

async function plansOf(url: string, list: ListCase): Promise<string> {
  return withClient(url, async (client) => {
    const parts = [
      `${list.query}, ${list.how}${list.routes.length === 0 ? "" : ` (${list.routes.join(", ")})`}`,
    ];
    for (const statement of await statementsOf(url, list)) {
      // once to have the pages in memory, as they are at the second visitor
      await explainForPeople(client, statement);
      parts.push(await explainForPeople(client, statement));
      const whole = (await readsWhole(client, statement)).filter((table) => BIG_TABLES.includes(table));
      if (whole.length > 0) parts.push(`READS A BIG TABLE FROM END TO END: ${whole.join(", ")}`);
    }
    return `${parts.join("\n")}\n`;
  });
}
