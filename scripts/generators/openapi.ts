import { pino } from "pino";
import { createApi } from "../../api/app.ts";
import type { Generator } from "./generator.ts";

/** The published document of the API, exactly as `/openapi.json` serves it. */
export const generator: Generator = {
  name: "openapi",
  output: "docs/generated/openapi.json",
  generate: async () => {
    // The document is asked for before any database, identity provider or Temporal would be.
    const dependencies = {
      gateways: new Map(),
      notificationSources: [],
      publicUrl: "https://kvitok.example.org",
      livemode: true,
      log: pino({ level: "silent" }),
    };
    const response = await createApi(dependencies as never).request("/openapi.json");
    if (!response.ok) throw new Error(`/openapi.json answered ${response.status}: ${await response.text()}`);
    return `${JSON.stringify(await response.json(), undefined, 2)}\n`;
  },
};
