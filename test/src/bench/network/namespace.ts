import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** Set in the copy of the bench that runs inside its own network namespace. */
const MARK = 'LIANMAI_BENCH_NAMESPACE';
/** From the documentation range (RFC 5737). Browsers do not use the loopback interface for WebRTC, so they need another one. */
export const ADDRESS = '198.51.100.1';
const GATEWAY = '198.51.100.254';

const INTERFACES = [
  'link set lo up',
  'link add host0 type veth peer name peer0',
  `address add ${ADDRESS}/24 dev host0`,
  'link set peer0 up',
  'link set host0 up',
  `route add default via ${GATEWAY} dev host0`,
];

export const isInNamespace = (): boolean => process.env[MARK] === '1';

/** Returns the reason why this machine allows no network namespace of our own, or null. */
export async function namespaceObstacle(): Promise<string | null> {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces and packet filters need root';
  return failureOf('unshare', ['--net', 'true'], 'not allowed here');
}

/** Returns the first tool that is missing, or null. */
export async function missingTool(): Promise<string | null> {
  const veth = ['--net', 'ip', 'link', 'add', 'a0', 'type', 'veth', 'peer', 'name', 'b0'];
  return (
    (await failureOf('ip', ['-V'], 'iproute2')) ??
    (await failureOf('nft', ['--version'], 'nftables')) ??
    (await failureOf('unshare', veth, 'the kernel has no veth'))
  );
}

const failureOf = (tool: string, args: readonly string[], cause: string): Promise<string | null> =>
  execute(tool, args).then(
    () => null,
    () => `"${[tool, ...args].join(' ')}" failed (${cause})`,
  );

/** Runs this same command in a new network namespace, and ends this process with its exit code. */
export function enterNamespace(): Promise<never> {
  const args = ['--net', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', args, { stdio: 'inherit', env: { ...process.env, [MARK]: '1' } });
  return new Promise(() => child.once('exit', (code) => process.exit(code ?? 1)));
}

/** Gives the namespace a loopback and one other interface. Nothing leaves it. */
export async function openInterfaces(): Promise<void> {
  for (const command of INTERFACES) await execute('ip', command.split(' '));
}
