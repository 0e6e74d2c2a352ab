import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel's CPU controller, in either of its versions. */
const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';
const isV1 = existsSync(join(V1, 'cpu.shares'));
const ROOT = isV1 ? V1 : V2;
/** Short, so that a limited process is never stopped for as long as a person would notice. */
const PERIOD_US = 20_000;
/** An ordinary group's share of a core, in the units of each version. */
const ORDINARY = isV1 ? 1024 : 100;

export interface CpuGroupOptions {
  /** The group that it shares its cores with; default: the whole system. */
  parent?: CpuGroup;
  /** Its share of a busy core, relative to that of its neighbours; default: 1. */
  weight?: number;
}

/** The heaviest group that both versions know, in ordinary groups. */
export const HEAVIEST = 100;

/** A scheduling group of the kernel (cgroup). Processes keep their group, and their children inherit it. */
export class CpuGroup {
  readonly #folder: string;

  constructor(name: string, { parent, weight = 1 }: CpuGroupOptions = {}) {
    this.#folder = join(parent ? parent.#folder : ROOT, name);
    if (!isV1) writeFileSync(join(parent ? parent.#folder : ROOT, 'cgroup.subtree_control'), '+cpu');
    mkdirSync(this.#folder);
    this.#write(isV1 ? 'cpu.shares' : 'cpu.weight', Math.round(weight * ORDINARY));
  }

  /** Why this system has no such groups for us, or null. */
  static reasonAgainst(): string | null {
    if (process.platform !== 'linux') return 'scheduling groups need Linux';
    if (!isV1 && !hasV2()) return 'the kernel has no CPU controller for scheduling groups (cgroup)';
    try {
      new CpuGroup(`lianmai-probe-${process.pid}`).remove();
      return null;
    } catch (error) {
      return `scheduling groups (cgroup) cannot be made here, which needs root: ${String(error)}`;
    }
  }

  /** Moves a process with all its threads, but not the children that it has already. */
  add(pid: number): void {
    this.#write('cgroup.procs', pid);
  }

  /** Limits the group to this many cores; null: no limit. */
  limit(cores: number | null): void {
    const quotaUs = cores === null ? null : Math.round(cores * PERIOD_US);
    if (!isV1) return this.#write('cpu.max', `${quotaUs ?? 'max'} ${PERIOD_US}`);
    this.#write('cpu.cfs_period_us', PERIOD_US);
    this.#write('cpu.cfs_quota_us', quotaUs ?? -1);
  }

  /** Processes that are still in it go to the whole system's group. */
  remove(): void {
    for (const pid of readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      writeFileSync(join(ROOT, 'cgroup.procs'), pid);
    rmdirSync(this.#folder);
  }

  #write(file: string, value: number | string): void {
    writeFileSync(join(this.#folder, file), String(value));
  }
}

function hasV2(): boolean {
  try {
    return readFileSync(join(V2, 'cgroup.controllers'), 'utf8').split(/\s/).includes('cpu');
  } catch {
    return false;
  }
}
