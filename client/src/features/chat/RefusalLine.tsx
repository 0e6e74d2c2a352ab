import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../ui';
import { refusalText, type Refusal } from './refusal';

/** Tells why a message was not sent, and counts down until it can be. `onOver`: it can be sent now. */
export function RefusalLine({ refusal, onOver }: { refusal: Refusal; onOver: () => void }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  const { endsAtMs } = refusal;
  useEffect(() => {
    if (endsAtMs === null) return;
    const tick = () => (Date.now() >= endsAtMs ? onOver() : setNow(Date.now()));
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [endsAtMs, onOver]);
  return (
    <div className="px-4 pt-2 text-sm text-warn" data-testid={testIds.chatRefused}>
      <p aria-hidden>{refusalText(t, refusal, now)}</p>
      <Announcement key={String(endsAtMs)} text={refusalText(t, refusal, now)} />
    </div>
  );
}

/** Read out once, not with every second. */
function Announcement({ text }: { text: string }) {
  const [first] = useState(text);
  return (
    <p role="alert" className="sr-only">
      {first}
    </p>
  );
}
