import type { AssetId } from '@lianmai/protocol';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Images that this page has uploaded, so that it need not download them to show them. */
const urls = createStore<Record<AssetId, string>>(() => ({}));

export function rememberUpload(id: AssetId, file: File): void {
  urls.setState({ [id]: URL.createObjectURL(file) });
}

/** null: no image, or one that was uploaded elsewhere. The program has it, but this preview does not. */
export const useUploadedImageUrl = (id: AssetId | null): string | null => useStore(urls, (known) => (id ? (known[id] ?? null) : null));
