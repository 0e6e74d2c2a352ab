import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Metrics, Secret } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import express, { type NextFunction, type Request, type Response } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { metricsRoutes } from './index.js';

let server: Server;
afterEach(() => void server.close());

describe('metricsRoutes', () => {
  it('requires the secret from our hello', async () => {
    const metrics = new Metrics();
    metrics.gauge('streams', 'Streams', () => 3);
    const app = express().use(metricsRoutes(metrics, new Secret('s3cret')));
    app.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction) => {
      response.status(toLianmaiError(thrown).status).end();
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const get = (authorization?: string) =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, { headers: authorization ? { authorization } : {} });
    expect(await (await get('Bearer s3cret')).text()).toContain('lianmai_streams 3');
    for (const wrong of [undefined, 'Bearer s3creT', 'Bearer ', 's3cret']) expect((await get(wrong)).status).toBe(401);
  });
});
