import { z } from 'zod';

/**
 * A record of at most `max` entries. They are counted before any of them is parsed, because `z.record` has no bound of its own and parses
 * every entry first.
 */
export const boundedRecord = <K extends z.core.$ZodRecordKey, V extends z.ZodType>(
  key: K,
  value: V,
  max: number,
): z.ZodType<z.output<z.ZodRecord<K, V>>, z.input<z.ZodRecord<K, V>>> =>
  z
    .preprocess(
      (input, context) => {
        if (hasMoreThan(input, max)) context.addIssue({ code: 'custom', message: `expected at most ${max} entries` });
        return input;
      },
      z.record(key, value),
    )
    .meta({ maxProperties: max }) as unknown as z.ZodType<z.output<z.ZodRecord<K, V>>, z.input<z.ZodRecord<K, V>>>;

const hasMoreThan = (input: unknown, max: number): boolean =>
  typeof input === 'object' && input !== null && Object.keys(input).length > max;
