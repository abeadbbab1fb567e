import { z } from "@hono/zod-openapi";
import { FORECAST_DEPENDENCIES, FORECAST_KINDS, FORECAST_REASONS } from "../../domain/forecast/reasons.ts";
import { billerNameSchema } from "./billers.ts";
import { civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

export const forecastQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(366).default(90).openapi({
    description: "How far ahead to look, from now.",
  }),
});

export const forecastLineSchema = z
  .object({
    kind: z.enum(FORECAST_KINDS),
    at: instantSchema.nullable().openapi({ description: "Null: nobody can know the moment." }),
    on: civilDateSchema.nullable().openapi({ description: "The day of the mandate's zone." }),
    mandateId: publicIdSchema,
    biller: billerNameSchema,
    billId: publicIdSchema.nullable(),
    paymentId: publicIdSchema.nullable(),
    period: civilDateSchema.nullable().openapi({
      description: "The first day of the month or week whose run it is, for mandates on a schedule.",
    }),
    amount: moneySchema.nullable().openapi({ description: "Null: known when the bill comes." }),
    method: z.object({ id: publicIdSchema, title: z.string().nullable() }).nullable(),
    reason: z.enum(FORECAST_REASONS),
    why: z.string().openapi({ description: "The reason, in the language of the request." }),
    dependsOn: z.array(z.enum(FORECAST_DEPENDENCIES)).openapi({
      description:
        "What the line rests on that may turn out differently by itself; `bill-to-come`: on a bill that is not issued yet.",
    }),
  })
  .openapi("ForecastLine");

export const forecastSchema = z
  .object({ from: instantSchema, until: instantSchema, lines: z.array(forecastLineSchema) })
  .openapi("Forecast");

export type Forecast = z.infer<typeof forecastSchema>;
export type ForecastLine = z.infer<typeof forecastLineSchema>;
