import { ArrowDownToLine, Ellipsis, Languages, Settings2, SlidersHorizontal, UserPlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { MoveItems, useActions, useRunWithToast, useSelf } from '../../bindings';
import { LANGUAGES, setLanguage } from '../../i18n';
import { useRoom } from '../../state';
import { DockButton, Menu, MenuCheck, MenuItem, MenuSeparator, testIds } from '../../ui';

interface MoreMenuProps {
  onSettings: () => void;
  onStageSettings: () => void;
  onInvite: () => void;
}

export function MoreMenu({ onSettings, onStageSettings, onInvite }: MoreMenuProps) {
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
      {self?.onStage && <MoveItems participantId={self.id} mayDisplace={self.isModerator} />}
      {self?.isModerator && <RoomRules onStageSettings={onStageSettings} />}
    </Menu>
  );
}

function RoomRules({ onStageSettings }: { onStageSettings: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const isLocked = useRoom((room) => room.room?.locked ?? false);
  return (
    <>
      <MenuSeparator />
      <MenuItem icon={<SlidersHorizontal size={18} />} onSelect={onStageSettings} data-testid={testIds.stageSettings}>
        {t('stageSettings.title')}
      </MenuItem>
      <MenuCheck isOn={isLocked} onChange={(locked) => run(actions.lock(locked))} data-testid={testIds.lockRoom}>
        {t('rules.lock')}
      </MenuCheck>
    </>
  );
}
