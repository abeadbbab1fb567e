import type { Api } from "./environment.ts";
import { corrected } from "./openapi-corrections.ts";
import { reasonSchema } from "./schemas/identifiers.ts";
import { moneySchema } from "./schemas/money.ts";
import { dueInstantSchema } from "./schemas/operator.ts";

/** Shapes that are met with null first: the generator would take null for a part of the shape itself, wherever it is named. */
const NEVER_NULL_THEMSELVES = {
  Money: moneySchema,
  IdentifierReason: reasonSchema,
  DueInstant: dueInstantSchema,
};

/** The OpenAPI 3.1 document, made from the very schemas that the routes validate with. */
export function describeApi(api: Api) {
  api.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "An access token of the identity provider (RFC 9068), for the audience of this API.",
  });
  for (const [name, shape] of Object.entries(NEVER_NULL_THEMSELVES))
    api.openAPIRegistry.register(name, shape);
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Kvitok",
      version: "1",
      description:
        "Autopay and notifications on the payer's side. Commands carry an Idempotency-Key; problems follow RFC 9457; money is a whole number of minor units.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
  });
  return corrected(document);
}
