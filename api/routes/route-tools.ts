import type { ApiDependencies } from "../dependencies.ts";
import type { AddCommand } from "../idempotency.ts";
import type { Residents } from "../residents.ts";

/** What a route works with: the dependencies, who calls, and the way to serve a command that answers once. */
export type RouteTools = ApiDependencies & Residents & { readonly addCommand: AddCommand };
