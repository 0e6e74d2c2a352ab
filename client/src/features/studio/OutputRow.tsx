import type { OutputInfo, OutputState } from '@lianmai/protocol';
import { RotateCw, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRun } from '../../bindings';
import { useRoom } from '../../state';
import { Clock, formatBitrate, formatBytes, IconButton, Pill, Plot, testIds, type PillTone } from '../../ui';
import { useHistory } from './useHistory';

const TONES: Record<OutputState, PillTone> = { connecting: 'warn', live: 'good', retrying: 'warn', failed: 'bad', stopped: 'neutral' };

/** One destination: its name, its state in a word, its rate, and what went wrong. Its key is not even here. */
export function OutputRow({ output, isOnAir }: { output: OutputInfo; isOnAir: boolean }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRun();
  const offsetMs = useRoom((room) => room.clockOffsetMs);
  const rates = useHistory(output.state === 'live' ? output.bitrateKbps : 0);
  const canRetry = isOnAir && (output.state === 'failed' || output.state === 'retrying');
  return (
    <li
      data-testid={testIds.outputRow}
      data-output={output.id}
      data-state={output.state}
      className="flex flex-col gap-2 rounded-lg bg-surface-2 py-3 pr-1.5 pl-3"
    >
      <div className="min-w-0 pr-1.5" title={output.url} dir="ltr">
        <p className="truncate font-medium">{hostOf(output.url)}</p>
        <p className="truncate text-fg-3">{output.url}</p>
      </div>
      {output.reason && (output.state === 'retrying' || output.state === 'failed') && (
        <p className="pr-1.5 text-fg-2">{t(`errors.${output.reason.code}`)}</p>
      )}
      {output.retries > 0 && (
        <p className="tabular text-fg-3">
          {output.state === 'retrying' && output.nextRetryAtMs !== null ? (
            <NextRetry atMs={output.nextRetryAtMs} offsetMs={offsetMs} retries={output.retries} />
          ) : (
            t('outputs.retries', { count: output.retries })
          )}
        </p>
      )}
      {output.state === 'live' && (
        <div className="tabular flex items-center gap-3 pr-1.5 text-fg-2">
          <span className="shrink-0">{formatBitrate(output.bitrateKbps)}</span>
          <Plot values={rates} min={0} length={60} className="min-w-0 flex-1" />
          <span className="shrink-0">{formatBytes(output.bytesSent)}</span>
        </div>
      )}
      <div className="flex items-center gap-2">
        <Pill tone={TONES[output.state]} role="status" className="bg-surface-3">
          {t(`outputs.state.${output.state}`)}
          {output.state === 'live' && output.liveSinceMs !== null && <Clock sinceMs={output.liveSinceMs} offsetMs={offsetMs} />}
        </Pill>
        <span className="flex-1" />
        {isOnAir && canRetry && (
          <IconButton
            label={t('outputs.retryNow')}
            icon={<RotateCw size={18} />}
            onClick={() => run(actions.retryOutput(output.id))}
            className="hover:not-disabled:bg-surface-3"
            data-testid={testIds.outputRetry}
          />
        )}
        {isOnAir && (
          <IconButton
            label={t('outputs.remove')}
            icon={<Trash2 size={18} />}
            onClick={() => run(actions.removeOutput(output.id))}
            className="hover:not-disabled:bg-surface-3"
            data-testid={testIds.outputRemove}
          />
        )}
      </div>
    </li>
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).host || url;
  } catch {
    return url;
  }
}

function NextRetry({ atMs, offsetMs, retries }: { atMs: number; offsetMs: number; retries: number }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((atMs - now - offsetMs) / 1000);
  const count = t('outputs.retries', { count: retries });
  return seconds > 0 ? `${count} · ${t('outputs.nextRetry', { seconds })}` : count;
}
