import { ACCESS, EXPECTED, PAGES, ROLES_TRIED } from "../../test/support/access-table.ts";
import type { Generator } from "./generator.ts";

/** Whom every address and every page serves, from the table that the tests try against the real application. */
export const generator: Generator = {
  name: "access-matrix",
  output: "docs/generated/access-matrix.md",
  generate: async () =>
    [
      "# Who is served where",
      "",
      "Written by `npm run generate` from `test/support/access-table.ts`. `test/security/access-matrix.test.ts` and `test/security/page-access.test.ts` try every line against the application and its database; an address that is missing here fails them.",
      "",
      "`in`: let in. `absent`: told exactly what is told of an object that does not exist. A number: refused with this status. `refused`: without a signature or network that is known.",
      "",
      `| address | ${ROLES_TRIED.join(" | ")} |`,
      `|---|${ROLES_TRIED.map(() => "---").join("|")}|`,
      ...[...ACCESS].map(
        ([line, access]) =>
          `| \`${line}\` | ${ROLES_TRIED.map((role) => EXPECTED[access][role]).join(" | ")} |`,
      ),
      "",
      "## Pages",
      "",
      "Whoever is not signed in is led to the sign-in by every page that is not open. `owner`: a stranger gets the page of an object that does not exist. `link`: whoever holds the secret of the address.",
      "",
      "| page | serves |",
      "|---|---|",
      ...[...PAGES].map(([line, access]) => `| \`${line}\` | ${access} |`),
      "",
    ].join("\n"),
};
