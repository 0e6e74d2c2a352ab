import type { StreamRef } from '@lianmai/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useOperatorAction, useOperatorAccess, usePolled } from '../../operator';
import { withNewest, withOlder, type RecordingItem } from './catalogue';

/** Often enough to watch a recording grow. */
const READ_EVERY_MS = 4000;
const PAGE_LENGTH = 50;

/** The recordings of one stream or of all, newest first. The first page stays fresh, and older ones load on demand. */
export function useRecordings(filter: StreamRef | null) {
  const { session, noticeError } = useOperatorAccess();
  const [known, setKnown] = useState<RecordingItem[] | null>(null);
  const [isComplete, setComplete] = useState(false);
  const read = async () => (await session.recordings({ ...filter, limit: PAGE_LENGTH })).recordings;
  const { value, error, readAtMs, refresh } = usePolled(read, READ_EVERY_MS, noticeError);
  useEffect(() => {
    if (value) setKnown((before) => withNewest(before ?? [], value, PAGE_LENGTH));
  }, [value]);
  const older = useOperatorAction();
  const readOlder = () =>
    older.run(async () => {
      const before = known?.at(-1)?.startedAtMs;
      const { recordings } = await session.recordings({ ...filter, ...(before !== undefined && { before }), limit: PAGE_LENGTH });
      setKnown((all) => withOlder(all ?? [], recordings));
      setComplete(recordings.length < PAGE_LENGTH);
    });
  const forget = useCallback((id: string) => setKnown((all) => all?.filter((one) => one.id !== id) ?? null), []);
  const hasOlder = !isComplete && known !== null && known.length >= PAGE_LENGTH;
  return { recordings: known, error, readAtMs, refresh, forget, hasOlder, isReading: older.isBusy, olderError: older.error, readOlder };
}
