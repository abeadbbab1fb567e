// Who may import whom. The table is ARCHITECTURE.md's; a module that a room may import stands in its list,
// everything else (other rooms, packages, Node built-ins, what cannot be resolved) is forbidden.

/** Files of our own that are a port: the page between us and somebody else's system. */
const ports = "^adapters/[^/]+/[^/]+[.]ts$";
const messages = "^workflows/messages[.]ts$";
const client = "^api/client[.]tsx?$";

// Few repetitions in each expression: dependency-cruiser refuses what looks as if it could backtrack for ever.
const anyPackage = "(^|/)node_modules/";

/** @type {(...names: string[]) => string} packages with everything inside them, and their separate types */
const packages = (...names) => `${anyPackage}(@types/|)(${names.join("|").replaceAll(".", "[.]")})/`;

/** @type {(...names: string[]) => string} Node built-ins with their sub-modules, without their `node:` */
const builtins = (...names) => `^(${names.join("|")})(/promises|$)`;

const anyBuiltin = "^[a-z0-9_/]+$";
// What computes only: no files, no network, no processes, no environment.
const pureBuiltins = builtins(
  "crypto",
  "buffer",
  "util",
  "url",
  "assert",
  "events",
  "stream",
  "timers",
  "perf_hooks",
);

/** A room: the folder, what of ours it may import, and which packages and built-ins. */
const rooms = [
  { room: "domain", ours: ["^domain/"], others: [] },
  {
    room: "workflows",
    ours: ["^workflows/", "^domain/", "^activities/"],
    others: [packages("@temporalio/workflow", "@temporalio/common")],
  },
  {
    room: "activities",
    ours: ["^activities/", "^domain/", "^db/", "^words/", ports],
    others: [
      packages("@temporalio/activity", "@temporalio/common", "@temporalio/client"),
      packages("kysely", "pg", "pino", "temporal-polyfill", "zod"),
      pureBuiltins,
    ],
  },
  {
    room: "adapters",
    // Which adapter may take what of these is refined below.
    ours: ["^adapters/", "^domain/", "^words/"],
    others: [
      packages("undici", "zod", "nodemailer", "standardwebhooks", "jose", "openid-client", "pino", "stripe"),
      packages("zxing-wasm", "saxes", "pdfmake", "fontkit", "web-push"),
      packages("react", "react-dom", "react-email", "@react-email/render", "mailparser"),
      pureBuiltins,
      builtins("net", "tls", "dns", "fs", "worker_threads"),
    ],
  },
  {
    room: "db",
    ours: ["^db/", "^domain/"],
    others: [
      // postgres-interval: a type in the generated tables.
      packages(
        "kysely",
        "pg",
        "pg-types",
        "postgres-interval",
        "papaparse",
        "pg-copy-streams",
        "zod",
        "pino",
      ),
      pureBuiltins,
      builtins("fs", "path", "zlib", "async_hooks"),
    ],
  },
  {
    room: "api",
    ours: ["^api/", "^domain/", "^db/", "^words/", messages, ports],
    others: [
      packages("hono", "@hono/node-server", "@hono/zod-openapi", "zod", "jose", "standardwebhooks", "bowser"),
      packages("@temporalio/client", "@temporalio/common", "kysely", "pg", "pino"),
      pureBuiltins,
      builtins("http", "net", "async_hooks"),
    ],
  },
  {
    room: "web",
    ours: ["^web/", "^domain/", "^words/", client],
    others: [
      packages("hono", "@hono/node-server", "zod", "jose", "openid-client", "pino", "bowser"),
      pureBuiltins,
      builtins("fs", "path"),
    ],
  },
  { room: "words", ours: ["^words/", "^domain/"], others: [packages("intl-messageformat")] },
  {
    room: "cli",
    ours: ["^cli/", "^domain/", "^words/", client],
    others: [packages("commander", "@clack/prompts", "zod", "kysely", "pg", "jose"), anyBuiltin],
  },
  {
    room: "loops",
    ours: ["^loops/", "^domain/", "^db/", "^words/", messages, ports],
    others: [
      packages(
        "@temporalio/client",
        "@temporalio/common",
        "kysely",
        "pg",
        "pino",
        "temporal-polyfill",
        "zod",
      ),
      pureBuiltins,
    ],
  },
  { room: "sandbox", ours: ["^sandbox/"], others: [`${anyPackage}(?!kysely/|pg/|@temporalio/)`, anyBuiltin] },
  {
    room: "processes",
    ours: ["^(?!test/|bench/|scripts/|node_modules/)[a-z]+/"],
    others: [anyPackage, anyBuiltin],
  },
];

const roomRules = rooms.map(({ room, ours, others }) => ({
  name: `${room}-imports-only-what-it-may`,
  comment: `what ${room} may import stands in .dependency-cruiser.mjs`,
  severity: "error",
  from: { path: `^${room}/`, ...(room === "cli" ? { pathNot: "^cli/offline/" } : {}) },
  to: { pathNot: [...ours, ...others] },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: "offline-commands-may-also-use-the-database",
      comment:
        "cli/offline works while the engine is down: domain, words and db, never adapters or workflows; a message is shown by what writes it, which talks to nobody",
      severity: "error",
      from: { path: "^cli/offline/" },
      to: {
        pathNot: [
          "^cli/",
          "^domain/",
          "^words/",
          "^db/",
          "^adapters/channels/email/(preview|dkim)[.]ts$",
          client,
          packages("kysely", "pg", "zod", "jose"),
          anyBuiltin,
        ],
      },
    },
    {
      name: "workflows-take-only-types-from-activities",
      comment: "An activity imported as a value would be bundled into the workflow sandbox: use import type",
      severity: "error",
      from: { path: "^workflows/" },
      to: { path: "^activities/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "adapters-never-import-another-adapter",
      comment:
        "An adapter knows its own folder, the port file beside it, and the guarded way to strangers' servers",
      severity: "error",
      from: { path: "^adapters/([^/]+)/([^/]+)/" },
      to: {
        path: "^adapters/",
        pathNot: ["^adapters/$1/[^/]+[.]ts$", "^adapters/$1/$2/", "^adapters/public-web/"],
      },
    },
    {
      name: "ports-know-no-vendor",
      comment: "A port file is written without knowing who stands behind it",
      severity: "error",
      from: { path: "^adapters/([^/]+)/[^/]+[.]ts$" },
      to: { path: "^adapters/", pathNot: ["^adapters/$1/[^/]+[.]ts$", "^adapters/public-web/"] },
    },
    {
      name: "only-the-guard-goes-to-servers-that-strangers-name",
      comment:
        "An endpoint that a browser or an integrator names is reached through adapters/public-web alone; the product is given it, and dials nowhere itself",
      severity: "error",
      from: { path: "^adapters/channels/push/" },
      to: { path: [packages("undici"), builtins("http", "https", "net", "tls", "dns")] },
    },
    {
      name: "only-channels-use-words",
      severity: "error",
      from: { path: "^adapters/", pathNot: "^adapters/channels/" },
      to: { path: "^words/" },
    },
    {
      name: "only-picture-readers-start-threads",
      comment:
        "A thread is for strangers' pictures; every other adapter talks over the network or computes a little",
      severity: "error",
      from: { path: "^adapters/", pathNot: "^adapters/pictures/zxing/" },
      to: { path: [builtins("worker_threads"), packages("zxing-wasm")] },
    },
    {
      name: "only-papers-pictures-and-drops-touch-files",
      comment:
        "The files of their own libraries (fonts, a decoder), what a mail server drops for us, and the folder that an operator's program empties",
      severity: "error",
      from: {
        path: "^adapters/",
        pathNot: [
          "^adapters/pictures/zxing/",
          "^adapters/papers/pdfmake/",
          "^adapters/channels/sms/",
          "^adapters/channels/email/mail-drop[.]ts$",
        ],
      },
      to: { path: [builtins("fs"), packages("pdfmake", "fontkit")] },
    },
    {
      name: "only-mail-knows-react",
      comment:
        "React writes the markup of mails (decision 0181); every page is hono/jsx, and a second way to write one would spread",
      severity: "error",
      from: { path: "^(?!test/|bench/|scripts/|node_modules/)", pathNot: "^adapters/channels/email/" },
      to: { path: packages("react", "react-dom", "react-email", "@react-email/[a-z-]+") },
    },
    {
      name: "checker-trusts-nothing-of-ours",
      comment: "A wrong rule of ours must not be wrong in its judge too",
      severity: "error",
      from: { path: "^test/chaos/checker/" },
      to: { path: "^[a-z]+/", pathNot: ["^test/chaos/checker/", anyPackage, anyBuiltin] },
    },
    {
      name: "simulation-is-judged-from-outside",
      comment: "Bank, payer, story and judge of the simulated payments know no rule of ours",
      severity: "error",
      from: { path: "^scripts/proofs/simulated-payments/outside/" },
      to: {
        path: "^[a-z]+/",
        pathNot: [
          "^scripts/proofs/simulated-payments/outside/",
          "^scripts/proofs/chance[.]ts$",
          anyPackage,
          anyBuiltin,
        ],
      },
    },
    {
      name: "the-demo-is-an-outsider",
      comment: "The story is played from outside: of ours it may use the published client only",
      severity: "error",
      from: { path: "^scripts/demo([.]ts$|/)" },
      to: {
        path: "^(domain|workflows|activities|adapters|db|api|web|words|cli|loops|sandbox|processes|test|bench)/",
        pathNot: client,
      },
    },
    {
      name: "product-runs-without-development-packages",
      comment: "The image is installed without them; only the sandbox city and the launcher may use them",
      severity: "error",
      from: {
        path: "^(domain|workflows|activities|adapters|db|api|web|words|cli|loops|processes)/",
        pathNot: "^processes/(dev/|sandbox)",
      },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "npm"] },
    },
    {
      name: "every-package-is-declared",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    { name: "every-import-resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-circles",
      comment: "Modules that need each other at run time are one module, or a third one is missing",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".d.ts"],
    },
    skipAnalysisNotInRules: true,
  },
};
