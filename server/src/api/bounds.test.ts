import { unboundedPaths } from '@lianmai/protocol';
import { expect, it } from 'vitest';
import { routes } from './routes/index.js';

it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'bounds everything that a caller sends: %s',
  (_name, route) => {
    const { params, query, body, bodyKind } = route;
    // An image is bounded by its reader, in bytes.
    const schemas = [params, ...(query ? [query] : []), ...(bodyKind === 'json' ? [body] : [])];
    expect(schemas.flatMap((schema) => unboundedPaths(schema))).toEqual([]);
  },
);
