/** The harm that is done to WebRTC packets. */
export type Impairment =
  | { kind: 'none' }
  /** `burst`: 1 drops packets at random, more drops that many in a row at even intervals. */
  | { kind: 'loss'; percent: number; burst: number }
  /** Drops what exceeds a rate, as a mobile operator's policer does: each connection for itself. */
  | { kind: 'police'; direction: 'up' | 'down'; kbps: number }
  /** No UDP at all. TCP works. */
  | { kind: 'cut' };

/** A policer lets this much through at once, ms at its rate. */
const POLICER_BURST_MS = 250;

/** Returns the nftables rules for packets from and to the SFU's UDP port; RTCP and ICE checks are included. */
export function packetRules(port: number, impairment: Impairment): string {
  const toSfu = `udp dport ${port}`;
  const fromSfu = `udp sport ${port}`;
  return [
    'table inet bench {}',
    'delete table inet bench',
    'table inet bench {',
    '  chain input {',
    '    type filter hook input priority 0; policy accept;',
    ...rulesOf(impairment, toSfu, fromSfu).map((rule) => `    ${rule} counter drop`),
    '  }',
    '}',
    '',
  ].join('\n');
}

function rulesOf(impairment: Impairment, toSfu: string, fromSfu: string): string[] {
  switch (impairment.kind) {
    case 'none':
      return [];
    case 'loss':
      return [toSfu, fromSfu].map((match) => `${match} ${chance(impairment)}`);
    case 'police': {
      const bytesPerSecond = Math.round((impairment.kbps * 1000) / 8);
      const burst = Math.round((bytesPerSecond * POLICER_BURST_MS) / 1000);
      const [match, client] = impairment.direction === 'up' ? [toSfu, 'udp sport'] : [fromSfu, 'udp dport'];
      return [`${match} meter policer { ${client} limit rate over ${bytesPerSecond} bytes/second burst ${burst} bytes }`];
    }
    case 'cut':
      return [toSfu, fromSfu];
  }
}

function chance({ percent, burst }: { percent: number; burst: number }): string {
  if (burst === 1) return `numgen random mod 1000 < ${Math.round(percent * 10)}`;
  return `numgen inc mod ${Math.round((burst * 100) / percent)} < ${burst}`;
}
