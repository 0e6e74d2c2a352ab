import type { StreamReply } from '@lianmai/protocol';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, testIds } from '../../ui';
import { UrlField } from './UrlField';
import { keyOf, masked } from './labels';

/** URLs for encoders. All of them contain the key, which stays hidden until requested, in case somebody looks over a shoulder. */
export function PublishTab({ stream: { publish, source } }: { stream: StreamReply }) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(false);
  const key = isShown ? null : keyOf(publish);
  const shown = (address: string) => masked(address, key);
  return (
    <div className="flex flex-col gap-6 px-2">
      {source && (
        <p className="rounded-md bg-surface-2 px-4 py-3 text-base">
          <span className="mr-2 inline-block size-2 rounded-full bg-warn" aria-hidden />
          {t('streams.source.fetched')}
        </p>
      )}
      <section className="flex flex-col gap-3">
        <header className="flex flex-wrap items-center justify-between gap-2">
          <h3 className="text-base font-semibold">{t('streams.publish.obs')}</h3>
          <Button
            size="sm"
            variant="ghost"
            icon={isShown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
            onClick={() => setShown(!isShown)}
            aria-pressed={isShown}
            data-testid={testIds.revealKey}
          >
            {isShown ? t('streams.publish.hide') : t('streams.publish.show')}
          </Button>
        </header>
        <UrlField label={t('streams.publish.server')} value={publish.rtmpServer} data-testid={testIds.rtmpServer} />
        <UrlField label={t('streams.publish.key')} value={publish.rtmpKey} shown={shown(publish.rtmpKey)} data-testid={testIds.rtmpKey} />
      </section>
      <section className="flex flex-col gap-3">
        <h3 className="text-base font-semibold">{t('streams.publish.others')}</h3>
        <UrlField label="RTMP" hint="FFmpeg, GStreamer" value={publish.rtmp} shown={shown(publish.rtmp)} />
        {publish.rtmps !== undefined && <UrlField label="RTMPS" value={publish.rtmps} shown={shown(publish.rtmps)} />}
        <UrlField label="SRT" value={publish.srt} shown={shown(publish.srt)} />
        <UrlField label="WHIP" hint={t('streams.publish.whipHint')} value={publish.whip} shown={shown(publish.whip)} />
        <p className="text-sm text-fg-3">{t('streams.publish.hidden')}</p>
      </section>
    </div>
  );
}
