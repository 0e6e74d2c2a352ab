import type { OutputInfo, OutputState } from '@lianmai/protocol';
import { RotateCw, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Clock, formatBitrate, formatBytes, IconButton, Pill, Plot, testIds, useHistory, type PillTone } from '../ui';
import { NextRetry } from './NextRetry';

const TONES: Record<OutputState, PillTone> = {
  connecting: 'warn',
  live: 'good',
  stalled: 'warn',
  retrying: 'warn',
  failed: 'bad',
  stopped: 'neutral',
};
/** In these states the row says why. */
const TROUBLED: ReadonlySet<OutputState> = new Set(['stalled', 'retrying', 'failed']);

interface OutputRowProps {
  output: OutputInfo;
  /** Server clock minus page clock. */
  clockOffsetMs?: number;
  isBusy?: boolean;
  /** It was live, and connects again because what it sends is being started again. */
  isReconnecting?: boolean;
  onRetry?: (() => void) | undefined;
  onRemove?: (() => void) | undefined;
}

/** One destination: its name, state, bit rate and last error. Its key never reaches the page. */
export function OutputRow({ output, clockOffsetMs = 0, isBusy = false, isReconnecting = false, onRetry, onRemove }: OutputRowProps) {
  const { t } = useTranslation();
  const rates = useHistory(output.state === 'live' ? output.bitrateKbps : 0);
  const canRetry = output.state === 'failed' || output.state === 'retrying';
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
      {output.reason && TROUBLED.has(output.state) && <p className="pr-1.5 text-fg-2">{t(`errors.${output.reason.code}`)}</p>}
      {output.retries > 0 && (
        <p className="tabular text-fg-3">
          {output.state === 'retrying' && output.nextRetryAtMs !== null ? (
            <NextRetry atMs={output.nextRetryAtMs} clockOffsetMs={clockOffsetMs} retries={output.retries} />
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
          {isReconnecting && output.state === 'connecting' ? t('outputs.reconnecting') : t(`outputs.state.${output.state}`)}
          {output.state === 'live' && output.liveSinceMs !== null && <Clock sinceMs={output.liveSinceMs} offsetMs={clockOffsetMs} />}
        </Pill>
        <span className="flex-1" />
        {onRetry && canRetry && (
          <IconButton
            label={t('outputs.retryNow')}
            icon={<RotateCw size={18} />}
            onClick={onRetry}
            className="hover:not-disabled:bg-surface-3"
            data-testid={testIds.outputRetry}
          />
        )}
        {onRemove && (
          <IconButton
            label={t('outputs.remove')}
            disabled={isBusy}
            icon={<Trash2 size={18} />}
            onClick={onRemove}
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
