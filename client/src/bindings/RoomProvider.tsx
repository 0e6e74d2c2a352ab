import { createContext, useCallback, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { errorText } from '../i18n';
import { getRoomStore, useRoom, type RoomActions } from '../state';
import { ChatProvider } from './ChatProvider';
import { selfOf } from './stageSources';
import { createTileSizeReporter, type TileSizeReporter } from './tileSizeReporter';

interface ToastMessage {
  id: number;
  text: string;
}

interface RoomBinding {
  actions: RoomActions;
  tileSizes: TileSizeReporter;
  toasts: StoreApi<ToastMessage[]>;
}

const Context = createContext<RoomBinding | null>(null);

/** Provides the room's actions to everything inside. */
export function RoomProvider({ actions, children }: { actions: RoomActions; children: ReactNode }) {
  const binding = useMemo(
    () => ({
      actions,
      tileSizes: createTileSizeReporter(actions.setTileSize.bind(actions)),
      toasts: createStore<ToastMessage[]>(() => []),
    }),
    [actions],
  );
  useEffect(() => binding.tileSizes.watchPage(), [binding]);
  return (
    <Context value={binding}>
      <RoomChat>{children}</RoomChat>
    </Context>
  );
}

function RoomChat({ children }: { children: ReactNode }) {
  const actions = useActions();
  const run = useRunWithToast();
  const isModerator = useRoom((room) => selfOf(room)?.isModerator === true);
  const isOnStage = useRoom((room) => selfOf(room)?.onStage === true);
  const binding = useMemo(() => ({ store: getRoomStore(), actions, isModerator, isOnStage, run }), [actions, isModerator, isOnStage, run]);
  return <ChatProvider binding={binding}>{children}</ChatProvider>;
}

function useBinding(): RoomBinding {
  const binding = useContext(Context);
  if (!binding) throw new Error('This hook needs a RoomProvider');
  return binding;
}

export const useActions = (): RoomActions => useBinding().actions;
export const useTileSizeReporter = (): TileSizeReporter => useBinding().tileSizes;

let lastToastId = 0;

/** Short messages that need no answer. */
export function useToasts() {
  const { toasts } = useBinding();
  return {
    messages: useStore(toasts),
    show: (text: string) =>
      toasts.setState((shown) => [...shown.filter((one) => one.text !== text), { id: ++lastToastId, text }].slice(-4), true),
    dismiss: (id: number) => toasts.setState((shown) => shown.filter((one) => one.id !== id), true),
  };
}

/** Runs an action from a click and shows its error, worded from the error table, in a toast. */
export function useRunWithToast(): (action: Promise<unknown>) => void {
  const { toasts } = useBinding();
  const { t } = useTranslation();
  return useCallback(
    (action) => {
      action.catch((error: unknown) => {
        const text = errorText(t, error);
        toasts.setState((shown) => [...shown.filter((one) => one.text !== text), { id: ++lastToastId, text }].slice(-4), true);
      });
    },
    [toasts, t],
  );
}
