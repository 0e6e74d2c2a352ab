import type { StreamReply } from '@lianmai/protocol';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, Tabs } from '../../ui';
import { OutputsTab } from './OutputsTab';
import { PeopleTab } from './PeopleTab';
import { PlayTab } from './PlayTab';
import { PublishTab } from './PublishTab';
import { SettingsTab } from './SettingsTab';
import { StreamStatePill } from './StreamStatePill';

/** Everything about one stream: publishing, watching, outputs, connections and settings. */
export function StreamDialog({ stream, onClose }: { stream: StreamReply; onClose: () => void }) {
  const { t } = useTranslation();
  const [tab, setTab] = useState('publish');
  const people = stream.viewers.total + (stream.status?.publisher ? 1 : 0);
  const tabs = [
    { id: 'publish', label: t('streams.tabs.publish'), content: <PublishTab stream={stream} /> },
    { id: 'play', label: t('streams.tabs.play'), content: <PlayTab stream={stream} /> },
    { id: 'outputs', label: t('streams.tabs.outputs'), badge: stream.outputs.length, content: <OutputsTab stream={stream} /> },
    { id: 'people', label: t('streams.tabs.people'), badge: people, content: <PeopleTab stream={stream} /> },
    { id: 'settings', label: t('streams.tabs.settings'), content: <SettingsTab stream={stream} onRemoved={onClose} /> },
  ];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      width="lg"
      title={stream.title}
      description={
        <span className="flex items-center gap-2">
          <StreamStatePill state={stream.status?.state ?? 'offline'} />
          <span className="truncate">
            {stream.app}/{stream.name}
          </span>
        </span>
      }
      closeLabel={t('common.close')}
    >
      <Tabs
        tabs={tabs.map((one) => ({ ...one, content: <div className="min-h-80 pt-4">{one.content}</div> }))}
        value={tab}
        onChange={setTab}
        label={t('streams.tabs.label')}
        className="-mx-2"
      />
    </Dialog>
  );
}
