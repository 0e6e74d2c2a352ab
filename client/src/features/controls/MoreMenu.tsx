import { ArrowDownToLine, Ellipsis, Languages, Settings2, UserPlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast, useSelf } from '../../bindings';
import { LANGUAGES, setLanguage } from '../../i18n';
import { useRoom } from '../../state';
import { DockButton, Menu, MenuCheck, MenuItem, MenuSeparator, testIds } from '../../ui';

export function MoreMenu({ onSettings, onInvite }: { onSettings: () => void; onInvite: () => void }) {
  const { t, i18n } = useTranslation();
  const self = useSelf();
  const actions = useActions();
  const run = useRunWithToast();
  const other = LANGUAGES.find((language) => language.id !== i18n.language) ?? LANGUAGES[0];
  return (
    <Menu
      side="top"
      align="center"
      trigger={
        <DockButton
          icon={<Ellipsis size={22} aria-hidden />}
          label={t('dock.more')}
          action={t('dock.moreActions')}
          data-testid={testIds.more}
        />
      }
    >
      <MenuItem icon={<Settings2 size={18} />} onSelect={onSettings} data-testid={testIds.deviceSettings}>
        {t('settings.title')}
      </MenuItem>
      <MenuItem icon={<UserPlus size={18} />} onSelect={onInvite}>
        {t('invite.title')}
      </MenuItem>
      <MenuItem icon={<Languages size={18} />} onSelect={() => setLanguage(other.id)} data-testid={testIds.languageSwitch}>
        <span lang={other.id}>{other.name}</span>
      </MenuItem>
      {self && (self.onStage || self.isBackstage) && (
        <MenuItem icon={<ArrowDownToLine size={18} />} onSelect={() => run(actions.leaveStage())} data-testid={testIds.leaveStage}>
          {t(self.onStage ? 'dock.leaveStage' : 'backstage.takeDown')}
        </MenuItem>
      )}
      {self?.isModerator && <RoomRules />}
    </Menu>
  );
}

function RoomRules() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const isLocked = useRoom((room) => room.room?.locked ?? false);
  const isOpen = useRoom((room) => room.stage?.settings.policy === 'open');
  const goOnAir = useRoom((room) => room.stage?.settings.approvedGoOnAir === true);
  return (
    <>
      <MenuSeparator />
      <MenuCheck
        isOn={isOpen}
        onChange={(open) => run(actions.setStage({ policy: open ? 'open' : 'request' }))}
        data-testid={testIds.stagePolicy}
      >
        {t('rules.openStage')}
      </MenuCheck>
      <MenuCheck
        isOn={goOnAir}
        onChange={(approvedGoOnAir) => run(actions.setStage({ approvedGoOnAir }))}
        data-testid={testIds.approvedGoOnAir}
      >
        {t('rules.approvedGoOnAir')}
      </MenuCheck>
      <MenuCheck isOn={isLocked} onChange={(locked) => run(actions.lock(locked))} data-testid={testIds.lockRoom}>
        {t('rules.lock')}
      </MenuCheck>
    </>
  );
}
