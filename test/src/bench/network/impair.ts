import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { packetRules, type Impairment } from './packetRules.js';

/** Replaces the packet rules of this network namespace. */
export async function impair(port: number, impairment: Impairment): Promise<void> {
  const nft = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'inherit', 'inherit'] });
  nft.stdin.end(packetRules(port, impairment));
  const code = await new Promise<number | null>((resolve, reject) => nft.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`nft refused the rules:\n${packetRules(port, impairment)}`);
}

/** Throws if the rules have dropped nothing: then media takes a way that they do not see, and figures would mean nothing. */
export async function assertDropping(): Promise<void> {
  const { stdout } = await promisify(execFile)('nft', ['list', 'table', 'inet', 'bench']);
  const dropped = [...stdout.matchAll(/counter packets (\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
  if (dropped === 0) throw new Error('no packet was dropped: media does not pass the rules');
}
