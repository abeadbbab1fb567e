import { z } from "@hono/zod-openapi";
import { NOTIFICATION_EVENTS } from "../../domain/notification.ts";
import { CHANNELS } from "../../domain/notifications/channels.ts";
import { ALL_CATEGORIES, CHOICES, eventsOf, hasCategories } from "../../domain/notifications/choosing.ts";
import { TOPICS } from "../../domain/notifications/event-rules.ts";
import { billerNameSchema } from "./billers.ts";
import { instantSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

const timeSchema = z.string().openapi({ example: "22:00", description: "On the resident's own clock." });

const timeInput = z
  .string()
  .refine((text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text), { params: { code: "time-invalid" } })
  .openapi({ example: "22:00" });

const hoursInput = z
  .strictObject({ kind: z.literal("hours"), from: timeInput, to: timeInput })
  .refine(({ from, to }) => from !== to, { path: ["to"], params: { code: "quiet-hours-empty" } });

export const choosePreferencesSchema = z
  .strictObject({
    quiet: z
      .discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("default") }),
        z.strictObject({ kind: z.literal("none") }),
        hoursInput,
      ])
      .openapi({ description: "`default`: each channel's own hours. `hours`: these, on every channel." })
      .optional(),
    digestAt: timeInput.optional(),
    pushAmounts: z
      .boolean()
      .openapi({ description: "Sums and names may stand on the screen of a locked device." })
      .optional(),
  })
  .openapi("ChoosePreferences");

export type ChoosePreferences = z.infer<typeof choosePreferencesSchema>;

const topicSchema = z.enum(TOPICS);
const channelSchema = z.enum(CHANNELS);
const choiceSchema = z.enum(CHOICES).openapi({ description: "`digest`: gathered, and sent once a day." });

const categoryInput = z
  .string()
  .min(1)
  .max(64)
  .openapi({ example: "education", description: "A category of the catalogue; `*`: all of them." });

const eventSchema = z.enum(NOTIFICATION_EVENTS);

const onePlace = {
  category: categoryInput.default(ALL_CATEGORIES),
  event: eventSchema
    .optional()
    .openapi({ description: "One event of the topic; left out: every one that has no choice of its own." }),
};

export const cellParameters = z.object({ topic: topicSchema, channel: channelSchema });

export const cellQuery = z.strictObject(onePlace);

export const chooseSchema = z.strictObject({ ...onePlace, choice: choiceSchema }).openapi("ChooseCell");

export const chooseManySchema = z
  .strictObject({
    choices: z
      .array(
        z
          .strictObject({
            ...onePlace,
            topic: topicSchema,
            channel: channelSchema,
            choice: choiceSchema.nullable().openapi({ description: "Null: the default again." }),
          })
          .refine(({ topic, category }) => category === ALL_CATEGORIES || hasCategories(topic), {
            path: ["category"],
            params: { code: "category-unknown" },
          })
          .refine(({ topic, event }) => event === undefined || eventsOf(topic).includes(event), {
            path: ["event"],
            params: { code: "event-unknown" },
          }),
      )
      .min(1)
      .max(200),
  })
  .openapi("ChooseCells");

export type ChooseCells = z.input<typeof chooseManySchema>;

const cellShape = {
  topic: topicSchema,
  channel: channelSchema,
  choice: choiceSchema.openapi({ description: "What holds." }),
  minimumStays: z.boolean().openapi({
    description: "Messages of the legal minimum come by this channel as things stand, whatever is chosen.",
  }),
};

const cellSchema = z
  .object({
    ...cellShape,
    from: z
      .enum(["own", "all", "default"])
      .openapi({ description: "Chosen here, chosen for all categories, or the channel's default." }),
  })
  .openapi("PreferenceCell");

// no extension of the one above: the document would ask for what both allow
const eventCellSchema = z
  .object({
    ...cellShape,
    event: eventSchema,
    from: z.enum(["own", "topic", "all", "default"]).openapi({
      description: "Chosen here, chosen for the topic, chosen for all categories, or the channel's default.",
    }),
  })
  .openapi("PreferenceEventCell");

const rowsSchema = z
  .object({
    category: z.string().openapi({ example: "*" }),
    title: z
      .string()
      .nullable()
      .openapi({ description: "In the language of the request; null: all categories." }),
    cells: z.array(cellSchema).openapi({ description: "Whole topics." }),
    events: z
      .array(eventCellSchema)
      .openapi({ description: "Single events: a choice of their own beats the one for their topic." }),
  })
  .openapi("PreferenceGrid");

export const muteSchema = z
  .object({
    kind: z.enum(["biller", "bill"]),
    id: z.string(),
    mutedAt: instantSchema,
    biller: billerNameSchema,
    bill: z.object({ purpose: z.string(), amount: moneySchema, owed: z.boolean() }).nullable(),
  })
  .openapi("Mute");

export type Mute = z.infer<typeof muteSchema>;

export const muteParameters = z.object({ kind: z.enum(["biller", "bill"]), id: z.string() });

export const muteInput = z
  .strictObject({ kind: z.enum(["biller", "bill"]), id: z.string().min(1).max(64) })
  .openapi("MuteWish");

export type MuteWish = z.infer<typeof muteInput>;

export const preferencesQuery = z.strictObject({
  category: categoryInput
    .optional()
    .openapi({ description: "Shows the choices of this category also where it has none of its own." }),
});

export const preferencesSchema = z
  .object({
    channels: z.array(
      z.object({
        name: channelSchema,
        reachable: z.boolean().openapi({ description: "Messages can reach the resident by it now." }),
        carriesMinimum: z
          .boolean()
          .openapi({ description: "It carries the legal minimum even where it is off." }),
        quiet: z
          .object({ from: timeSchema, to: timeSchema })
          .nullable()
          .openapi({ description: "Its quiet hours as they hold now." }),
      }),
    ),
    topics: z.array(
      z.object({
        topic: topicSchema,
        events: z.array(eventSchema).openapi({ description: "What it is about, one by one." }),
        always: z
          .array(eventSchema)
          .openapi({ description: "Its events that come whatever is chosen: the legal minimum." }),
      }),
    ),
    grids: z.array(rowsSchema).openapi({ description: "All categories first, then those with own choices." }),
    quiet: z.object({
      kind: z.enum(["default", "none", "hours"]),
      from: timeSchema.nullable(),
      to: timeSchema.nullable(),
    }),
    digestAt: timeSchema,
    pushAmounts: z.boolean(),
    zone: z.string(),
    mutes: z.array(muteSchema),
  })
  .openapi("Preferences");

export type Preferences = z.infer<typeof preferencesSchema>;
