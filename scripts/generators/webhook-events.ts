import { exampleOf, WEBHOOK_EVENTS, type WebhookEventKind } from "../../domain/webhook-events.ts";
import type { Generator } from "./generator.ts";

/** Every event that integrators may hear of, from the catalogue that API and tests use. */
export const generator: Generator = {
  name: "webhook-events",
  output: "docs/generated/webhooks.md",
  generate: async () =>
    [
      "# Events for integrators",
      "",
      "Written by `npm run generate` from `domain/webhook-events.ts`; the same catalogue, with a JSON Schema of each body, is served at `GET /v1/webhook-events`.",
      "How they are sent, signed and repeated: [the guide](../guides/webhooks.md).",
      "",
      "| type | version | when |",
      "|---|---|---|",
      ...WEBHOOK_EVENTS.map(
        ({ type, version, when }) => `| [\`${type}\`](#${anchorOf(type)}) | ${version} | ${when} |`,
      ),
      "",
      ...WEBHOOK_EVENTS.flatMap(chapterOf),
    ].join("\n"),
};

function chapterOf(kind: WebhookEventKind): readonly string[] {
  return [
    `## ${kind.type}`,
    "",
    `${kind.when}.`,
    "",
    "```json",
    JSON.stringify(exampleOf(kind), undefined, 2),
    "```",
    "",
  ];
}

/** As GitHub makes them of headings. */
function anchorOf(type: string): string {
  return type.replaceAll(".", "");
}
