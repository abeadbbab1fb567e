import { expect, test } from "vitest";
import document from "../../docs/generated/openapi.json" with { type: "json" };
import { corrected } from "../../api/openapi-corrections.ts";

/** Every object of a document, at any depth. */
function* objectsOf(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const inner of Object.values(value)) yield* objectsOf(inner);
}

test("no pattern of the document ends in JavaScript's flags: it would match nothing", () => {
  const patterns = [...objectsOf(document)].flatMap(({ pattern }) =>
    typeof pattern === "string" ? [pattern] : [],
  );
  expect(patterns.length).toBeGreaterThan(10);
  for (const pattern of patterns) expect(pattern).not.toMatch(/\/[a-z]+$/);
  expect(patterns.some((pattern) => new RegExp(pattern, "u").test("Коммунальные услуги"))).toBe(true);
});

test("a shape that may be null is one or the other, and a shape of its own is never null", () => {
  for (const { allOf } of objectsOf(document)) {
    const types = Array.isArray(allOf) ? allOf.map((one: { type?: unknown }) => one.type) : [];
    expect(types.some(Array.isArray)).toBe(false);
  }
  const { schemas } = document.components;
  expect(schemas.Released.properties.hold).toEqual({
    anyOf: [{ $ref: "#/components/schemas/Hold" }, { type: "null" }],
  });
  for (const [name, { type }] of Object.entries(schemas as Record<string, { type?: unknown }>)) {
    expect(Array.isArray(type) && type.includes("null"), name).toBe(false);
  }
});

test("what is only described beside a shape stays as it is", () => {
  const schema = { allOf: [{ $ref: "#/a" }, { description: "words" }] };
  expect(corrected(schema)).toEqual(schema);
  expect(corrected({ allOf: [{ $ref: "#/a" }, { type: ["object", "null"], description: "words" }] })).toEqual(
    {
      anyOf: [{ $ref: "#/a" }, { type: "null" }],
      description: "words",
    },
  );
});
