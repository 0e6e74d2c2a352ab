import { z } from 'zod';

/** Schemas whose values have a fixed size. */
const FIXED = new Set(['number', 'int', 'boolean', 'null', 'undefined', 'void', 'never', 'nan', 'date', 'enum', 'literal', 'success']);
const MAX_CHECKS = new Set(['max_length', 'length_equals']);

/**
 * Returns the path of each part of a schema that accepts any length or any value: strings and arrays without `.max`, records other than
 * `boundedRecord`, `unknown`. A schema of what others send has none, so that parsing costs no more than its size allows. Bytes (a custom
 * schema) state their bound as `.meta({ maxLength })`; what nobody reads may be bounded by its message, `.meta({ boundedBy: 'maxBytes' })`. Throws on a kind of schema that it does not know.
 */
export function unboundedPaths(schema: z.core.$ZodType, path = ''): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (FIXED.has(def.type)) return [];
  const named = path || '(root)';
  switch (def.type) {
    case 'string':
      return hasMax(def) ? [] : [named];
    case 'array':
      return [...(hasMax(def) ? [] : [named]), ...unboundedPaths(def.element, `${path}[]`)];
    case 'record':
      return [...(isFixed(def.keyType) ? [] : [named]), ...entriesOf(def, path)];
    case 'object':
      return [
        ...Object.entries(def.shape).flatMap(([key, part]) => unboundedPaths(part, path ? `${path}.${key}` : key)),
        ...(def.catchall ? unboundedPaths(def.catchall, `${path}.*`) : []),
      ];
    case 'union':
      return def.options.flatMap((option) => unboundedPaths(option, path));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return unboundedPaths(def.innerType, path);
    case 'pipe':
      return inPipe(schema, def, path);
    case 'custom':
      return z.globalRegistry.get(schema)?.['maxLength'] === undefined ? [named] : [];
    case 'unknown':
      return z.globalRegistry.get(schema)?.['boundedBy'] === 'maxBytes' ? [] : [named];
    case 'any':
      return [named];
    default:
      throw new Error(`${named}: a schema of kind "${def.type}" is new here; say how it is bounded`);
  }
}

/** Input passes `in` first. What a preprocessing function gets is bounded by the schema behind it, or by the record's `maxProperties`. */
function inPipe(schema: z.core.$ZodType, { in: first, out }: z.core.$ZodPipeDef, path: string): string[] {
  if (first._zod.def.type !== 'transform') return unboundedPaths(first, path);
  const { def } = (out as z.core.$ZodTypes)._zod;
  const isCounted = def.type === 'record' && z.globalRegistry.get(schema)?.['maxProperties'] !== undefined;
  return isCounted ? entriesOf(def, path) : unboundedPaths(out, path);
}

const entriesOf = ({ keyType, valueType }: z.core.$ZodRecordDef, path: string): string[] => [
  ...unboundedPaths(keyType, `${path}{key}`),
  ...unboundedPaths(valueType, `${path}{}`),
];

const isFixed = (key: z.core.$ZodType): boolean => FIXED.has(key._zod.def.type);
const hasMax = ({ checks }: z.core.$ZodTypeDef): boolean => checks?.some((check) => MAX_CHECKS.has(check._zod.def.check)) ?? false;
