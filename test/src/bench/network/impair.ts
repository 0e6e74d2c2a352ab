import { spawn } from 'node:child_process';
import { packetRules, type Impairment } from './packetRules.js';

/** Replaces the packet rules of this network namespace. */
export async function impair(port: number, impairment: Impairment): Promise<void> {
  const nft = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'inherit', 'inherit'] });
  nft.stdin.end(packetRules(port, impairment));
  const code = await new Promise<number | null>((resolve, reject) => nft.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`nft refused the rules:\n${packetRules(port, impairment)}`);
}
