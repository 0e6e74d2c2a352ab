import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** A process's own metrics registry, including Node's default metrics. `text()` returns the scrape. */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    // Sample event loop lag ten times a second. The default, a hundred times, costs an idle process 0.4 % of a core.
    collectDefaultMetrics({ register: this.registry, prefix: 'lianmai_', eventLoopMonitoringPrecision: 100 });
  }

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `lianmai_${name}`, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** Each scrape calls `collect`. */
  gauge(name: string, help: string, collect: () => number): Gauge {
    return new Gauge({
      name: `lianmai_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(collect());
      },
    });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
