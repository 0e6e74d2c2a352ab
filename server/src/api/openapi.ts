import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { ERRORS, type ErrorCode } from '@lianmai/protocol';
import { z } from 'zod';
import type { Route } from './contract.js';
import { routes } from './routes/index.js';
import { ErrorReply } from './schemas.js';

const ALWAYS: readonly ErrorCode[] = ['BAD_REQUEST', 'INTERNAL', 'RATE_LIMITED'];

/** Builds the OpenAPI 3.1 description from the router's own declarations; docs/openapi.json holds a copy. */
export function openApiDocument() {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'basic', { type: 'http', scheme: 'basic', description: 'API key and secret.' });
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'HS256, signed with the API secret, aud "lianmai:api", with exp; kid is the API key.',
  });
  for (const route of routes) registry.registerPath(describe(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Lianmai', version: '1', description: 'Rooms, tokens, programs and streams. Times are milliseconds since the epoch.' },
    servers: [{ url: '/api/v1' }],
  });
}

function describe(route: Route): RouteConfig {
  const { method, path, summary, tag } = route;
  return {
    method,
    path,
    summary,
    description: boundsText(route),
    tags: [tag],
    security: route.right === 'key' ? [{ basic: [] }, { bearer: [] }] : [],
    request: {
      ...(route.params instanceof z.ZodObject && { params: route.params }),
      ...(route.query instanceof z.ZodObject && { query: route.query }),
      ...bodyOf(route),
    },
    responses: { [route.status]: successOf(route), ...failuresOf(route) },
  };
}

function bodyOf({ bodyKind, body }: Route): { body?: NonNullable<NonNullable<RouteConfig['request']>['body']> } {
  if (bodyKind === 'json') return { body: { content: { 'application/json': { schema: body } } } };
  if (bodyKind === 'none') return {};
  const binary = { schema: { type: 'string', format: 'binary' } } as const;
  return { body: { content: { 'image/png': binary, 'image/jpeg': binary, 'image/webp': binary } } };
}

const successOf = ({ status, reply }: Route) =>
  status === 204 ? { description: 'Done' } : { description: 'OK', content: { 'application/json': { schema: reply } } };

/** Codes with the same status share one response. */
function failuresOf(route: Route) {
  const codes = new Set([...ALWAYS, ...impliedBy(route), ...route.errors]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code]);
  const answers = [...byStatus].map(([status, same]) => {
    return [status, { description: same.join(', '), content: { 'application/json': { schema: ErrorReply } } }] as const;
  });
  return Object.fromEntries(answers);
}

function impliedBy({ right, method, bodyKind }: Route): ErrorCode[] {
  return [
    ...(right === 'key' ? (['UNAUTHENTICATED', 'TOKEN_EXPIRED'] as const) : []),
    // A page of another site made the request.
    ...(method === 'get' ? [] : (['FORBIDDEN'] as const)),
    ...(bodyKind === 'none' ? [] : (['TOO_LARGE'] as const)),
    ...(bodyKind === 'json' ? (['UNSUPPORTED'] as const) : []),
  ];
}

const boundsText = ({ perMinute, maxBodyBytes }: Route): string =>
  `At most ${perMinute} requests a minute from one address${maxBodyBytes === 0 ? '' : `, with a body of at most ${maxBodyBytes} bytes`}.`;
