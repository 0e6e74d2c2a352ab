import type { AssetId } from '@lianmai/protocol';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Pictures that this page has uploaded, so that it can show them without asking for them back. */
const urls = createStore<Record<AssetId, string>>(() => ({}));

export function rememberUpload(id: AssetId, file: File): void {
  urls.setState({ [id]: URL.createObjectURL(file) });
}

/** null: no picture, or one that was uploaded elsewhere: the program has it, this preview does not. */
export const useUploadedImageUrl = (id: AssetId | null): string | null => useStore(urls, (known) => (id ? (known[id] ?? null) : null));
