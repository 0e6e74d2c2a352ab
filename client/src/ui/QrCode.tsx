import { useEffect, useState } from 'react';
import { cx } from './cx';

/** A link for phones, drawn as SVG. The library is loaded on first use. */
export function QrCode({ value, label, className }: { value: string; label: string; className?: string }) {
  const [image, setImage] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    const draw = async () => {
      const { toString } = await import('qrcode');
      const svg = await toString(value, { type: 'svg', margin: 0, errorCorrectionLevel: 'M' });
      if (isShown) setImage(`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`);
    };
    void draw();
    return () => {
      isShown = false;
    };
  }, [value]);
  // Always dark on white with a quiet zone, or cameras cannot read it.
  return (
    <div className={cx('aspect-square rounded-lg bg-white p-3', className)}>
      {image && <img src={image} alt={label} className="size-full" />}
    </div>
  );
}
