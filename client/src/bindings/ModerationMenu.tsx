import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import { useState, type ReactNode } from 'react';
import { Menu } from '../ui';
import { ModerationItems } from './ModerationItems';
import { PersonDialogs, type PersonQuestion } from './PersonDialogs';

interface ModerationMenuProps {
  participantId: ParticipantId;
  name: string;
  kind?: MediaSource;
  trigger: ReactNode;
  /** Items above those of moderators. */
  children?: ReactNode;
}

/** The menu about a participant, with the confirmations that its items open. */
export function ModerationMenu({ participantId, name, kind = 'camera', trigger, children }: ModerationMenuProps) {
  const [asks, setAsks] = useState<PersonQuestion | null>(null);
  return (
    <>
      <Menu trigger={trigger}>
        {children}
        <ModerationItems participantId={participantId} kind={kind} onAsk={setAsks} />
      </Menu>
      <PersonDialogs id={participantId} name={name} asks={asks} onClose={() => setAsks(null)} />
    </>
  );
}
