import { z } from "zod";

const metric = z.string().min(1).max(512).regex(/\S/).describe("Name of the metric as it is logged; the path of a nested one, as in eval.acc; system metrics as in system.cpu");
const window = z.number().int().min(1).max(10_000);
const aggregate = z.enum(["average", "min", "max"]);
const direction = z.enum(["increase", "decrease", "any"]);
const aboveZero = z.number().positive();

/** One condition over one metric of a run. */
export const metricConditionSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("threshold"),
    metric,
    aggregate: aggregate.exactOptional().describe("Of the last `window` values; the single newest value when left out"),
    window: window.exactOptional().describe("In logged values; 1 when left out"),
    operator: z.enum([">", ">=", "<", "<="]),
    value: z.number(),
  }),
  z.strictObject({
    type: z.literal("change"),
    metric,
    aggregate: aggregate.exactOptional(),
    window: window.exactOptional().describe("The current values; 1 when left out"),
    priorWindow: window.exactOptional().describe("The values just before them; as many when left out"),
    change: z.enum(["absolute", "relative"]).describe("relative: as a fraction of the prior, 0.1 is 10 %"),
    direction,
    amount: aboveZero,
  }),
  z.strictObject({
    type: z.literal("zscore"),
    metric,
    window: window.exactOptional().describe("The values before the newest one whose mean and standard deviation it is measured by; 30 when left out"),
    direction,
    threshold: aboveZero.describe("In standard deviations"),
  }),
]);

const maybe = z.number().nullable();

export const metricSummarySchema = z.object({ metric: z.string(), count: z.number().int().describe("Numbers logged"), last: maybe.describe("The last value, where it is a finite number") });

export const metricQuerySchema = z.strictObject({
  buckets: z.coerce.number().int().min(1).max(10_000).default(2_000).describe("How many at most"),
  minStep: z.coerce.number().exactOptional().describe("Included; the first step when left out"),
  maxStep: z.coerce.number().exactOptional().describe("Included; the last step when left out"),
});

export const metricSeriesSchema = z.object({
  metric: z.string(),
  buckets: z.array(z.object({
    from: z.number().describe("Step of the first value in the bucket"),
    to: z.number().describe("Step of the last value in the bucket"),
    count: z.number().int(),
    nonFinite: z.number().int().describe("How many values are NaN or infinite; min, max, mean and last are of the others"),
    min: maybe,
    max: maybe,
    mean: maybe,
    last: maybe,
  })).describe("In the order of the steps, all of the same width; empty ones are left out"),
});

export type MetricConditionInput = z.output<typeof metricConditionSchema>;
