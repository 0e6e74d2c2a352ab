import { RequestsFrom, type StageSettings } from '@lianmai/protocol';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';
import { Dialog, Segmented, SelectField, Switch, testIds } from '../../ui';

const EXPIRIES_S = [30, 60, 120, 300, 600, 0];
const QUEUES = [5, 10, 20, 50, 100, 500];

/** The rules by which people come on stage. Each takes effect at once. */
export default function StageSettingsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const settings = useRoom((room) => room.stage?.settings);
  return (
    <Dialog isOpen onClose={onClose} title={t('stageSettings.title')} closeLabel={t('common.close')}>
      {settings && <Settings settings={settings} />}
    </Dialog>
  );
}

function Settings({ settings }: { settings: StageSettings }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const set = (change: Partial<StageSettings>) => run(actions.setStage(change));
  return (
    <div className="flex flex-col gap-5">
      <Segmented
        label={t('stageSettings.requestsFrom')}
        value={settings.requestsFrom}
        options={RequestsFrom.options.map((value) => ({ value, label: t(`stageSettings.${value}`) }))}
        onChange={(requestsFrom) => set({ requestsFrom })}
      />
      <div className="flex flex-col gap-3">
        <Switch
          label={t('stageSettings.autoApprove')}
          hint={t('stageSettings.autoApproveHint')}
          isOn={settings.autoApprove}
          onChange={(autoApprove) => set({ autoApprove })}
        />
        <Switch
          label={t('rules.approvedGoOnAir')}
          hint={t('stageSettings.approvedHint')}
          isOn={settings.approvedGoOnAir}
          onChange={(approvedGoOnAir) => set({ approvedGoOnAir })}
          data-testid={testIds.approvedGoOnAir}
        />
        <Switch
          label={t('rules.openStage')}
          isOn={settings.policy === 'open'}
          onChange={(isOpen) => set({ policy: isOpen ? 'open' : 'request' })}
          data-testid={testIds.stagePolicy}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t('stageSettings.expiry')}
          value={settings.expiryMs / 1000}
          options={withCurrent(EXPIRIES_S, settings.expiryMs / 1000).map((seconds) => ({
            value: String(seconds),
            label: durationText(t, seconds),
          }))}
          onChange={({ target }) => set({ expiryMs: Number(target.value) * 1000 })}
        />
        <SelectField
          label={t('stageSettings.maxRequests')}
          value={settings.maxRequests}
          options={withCurrent(QUEUES, settings.maxRequests).map((count) => ({ value: String(count), label: String(count) }))}
          onChange={({ target }) => set({ maxRequests: Number(target.value) })}
        />
      </div>
    </div>
  );
}

/** The API can set values that are not in the list. */
const withCurrent = (choices: readonly number[], current: number) => (choices.includes(current) ? choices : [current, ...choices]);

function durationText(t: TFunction, seconds: number): string {
  if (seconds === 0) return t('stageSettings.never');
  return seconds % 60 === 0 ? t('stageSettings.minutes', { count: seconds / 60 }) : t('stageSettings.seconds', { value: seconds });
}
