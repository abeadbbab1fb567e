import { expect, test } from "vitest";
import { FORECAST_DEPENDENCIES, FORECAST_KINDS, FORECAST_REASONS } from "../../domain/forecast/reasons.ts";
import { WHY_REASONS, WHY_STEPS } from "../../domain/why/reasons.ts";
import { CATALOGUE } from "../../words/catalogue/catalogue.ts";

const rooms = [
  ["forecast.why", FORECAST_REASONS],
  ["forecast.depends", FORECAST_DEPENDENCIES],
  ["forecast.kind", FORECAST_KINDS],
  ["why.reason", WHY_REASONS],
  ["why.step", WHY_STEPS.filter((step) => step !== "outcome")],
] as const;

test.each(rooms)(
  "every code of %s has words in both languages, and no words are left over",
  (room, codes) => {
    for (const words of Object.values(CATALOGUE)) {
      const told = Object.entries(words).filter(([key]) => key.startsWith(`${room}.`));
      expect(told.map(([key]) => key).toSorted()).toEqual(codes.map((code) => `${room}.${code}`).toSorted());
      for (const [key, text] of told) expect(text.trim(), key).not.toBe("");
    }
  },
);
