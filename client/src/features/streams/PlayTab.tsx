import type { PlayUrls, PlayUrlsReply, StreamReply } from '@lianmai/protocol';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { Button, QrCode, SelectField, testIds } from '../../ui';
import { UrlField } from './UrlField';

const LIFETIMES = { hour: 3600, day: 86_400, month: 30 * 86_400 } as const;
type Lifetime = keyof typeof LIFETIMES;
const LIFETIME_NAMES = ['hour', 'day', 'month'] as const satisfies readonly Lifetime[];

/** The watch page with its QR code, and a URL for every kind of player. A stream with signed links has none until one is made. */
export function PlayTab({ stream }: { stream: StreamReply }) {
  const [signed, setSigned] = useState<PlayUrlsReply | null>(null);
  const isOpen = stream.playAccess === 'open';
  const links = isOpen ? stream : signed;
  return (
    <div className="flex flex-col gap-6 px-2">
      {!isOpen && <Sign stream={stream} signed={signed} onSigned={setSigned} />}
      {links && <Links watch={links.watch} play={links.play} />}
    </div>
  );
}

interface SignProps {
  stream: StreamReply;
  signed: PlayUrlsReply | null;
  onSigned: (reply: PlayUrlsReply) => void;
}

function Sign({ stream, signed, onSigned }: SignProps) {
  const { t, i18n } = useTranslation();
  const { session } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const [lifetime, setLifetime] = useState<Lifetime>('day');
  const until = signed && new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(signed.expiresAtMs);
  return (
    <section className="flex flex-col gap-3">
      <p className="text-base text-fg-2">{until ? t('streams.play.until', { time: until }) : t('streams.play.signedText')}</p>
      <div className="flex items-end gap-2">
        <SelectField
          label={t('streams.play.validFor')}
          className="min-w-36"
          value={lifetime}
          options={LIFETIME_NAMES.map((value) => ({ value, label: t(`streams.play.ttl.${value}`) }))}
          onChange={({ target }) => setLifetime(LIFETIME_NAMES.find((one) => one === target.value) ?? 'day')}
        />
        <Button
          variant="primary"
          isBusy={isBusy}
          onClick={() => void run(async () => onSigned(await session.playUrls(stream.id, LIFETIMES[lifetime])))}
          data-testid={testIds.signLinks}
        >
          {t('streams.play.sign')}
        </Button>
      </div>
      {error !== null && (
        <p role="alert" className="text-sm text-bad">
          {errorText(t, error)}
        </p>
      )}
    </section>
  );
}

function Links({ watch, play }: { watch: string; play: PlayUrls }) {
  const { t } = useTranslation();
  return (
    <>
      <section className="flex flex-col gap-4 sm:flex-row sm:items-start">
        <QrCode value={watch} label={t('streams.play.qr')} className="w-36 shrink-0 max-sm:self-center" />
        <div className="flex min-w-0 flex-1 flex-col gap-3">
          <UrlField label={t('streams.play.page')} value={watch} data-testid={testIds.streamWatchLink} />
          <a
            href={watch}
            target="_blank"
            rel="noreferrer"
            className="target inline-flex items-center gap-2 self-start rounded-md bg-surface-2 px-3 text-sm font-medium transition-colors hover:bg-surface-3"
          >
            <ExternalLink size={18} aria-hidden />
            {t('streams.watch')}
          </a>
        </div>
      </section>
      <section className="flex flex-col gap-3">
        <UrlField label="HLS / LL-HLS" value={play.hls} />
        <UrlField label="HTTP-FLV" value={play.flv} />
        <UrlField label="WS-FLV" value={play.wsFlv} />
        <UrlField label="WHEP" hint="WebRTC" value={play.whep} />
        <UrlField label="RTMP" value={play.rtmp} />
        {play.rtmps !== undefined && <UrlField label="RTMPS" value={play.rtmps} />}
        <UrlField label="SRT" value={play.srt} />
      </section>
    </>
  );
}
