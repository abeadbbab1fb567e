import type { MiddlewareHandler } from "hono";
import type { Api, ApiEnvironment } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** The patterns of all addresses with the methods they take. */
export type AddressTable = { readonly pattern: RegExp; readonly methods: readonly string[] }[];

/** Fills the table from the routes that the API declared. */
export function readAddresses(api: Api, table: AddressTable): void {
  const methods = new Map<string, Set<string>>();
  for (const definition of api.openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const known = methods.get(definition.route.path) ?? new Set<string>();
    known.add(definition.route.method.toUpperCase());
    methods.set(definition.route.path, known);
  }
  for (const [path, known] of methods) {
    const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{[^/}]+\}/g, "[^/]+")}$`);
    const withHead = known.has("GET") ? [...known, "HEAD", "OPTIONS"] : [...known, "OPTIONS"];
    table.push({ pattern, methods: withHead.sort() });
  }
}

/** Answers 404 for addresses that do not exist, 405 with `Allow` for wrong methods, and OPTIONS; before anybody is asked who they are. */
export function guardAddresses(table: AddressTable): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const matching = table.filter(({ pattern }) => pattern.test(c.req.path));
    if (matching.length === 0) throw new Refusal("not-found");
    const methods = [...new Set(matching.flatMap((address) => address.methods))].sort();
    const allow = methods.join(", ");
    if (!methods.includes(c.req.method)) throw new Refusal("verb-not-allowed", { headers: { allow } });
    if (c.req.method === "OPTIONS") return c.body(null, 204, { allow });
    await next();
  };
}
