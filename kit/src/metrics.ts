import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** A process's own registry, with Node's default metrics; `text()` is what a scrape gets. */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    // Event loop lag is sampled ten times a second: the default of a hundred costs an idle process 0.4 % of a core.
    collectDefaultMetrics({ register: this.registry, prefix: 'lianmai_', eventLoopMonitoringPrecision: 100 });
  }

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `lianmai_${name}`, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** `collect` is asked at each scrape. */
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
