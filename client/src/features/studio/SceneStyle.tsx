import { Corner, type AssetId } from '@lianmai/protocol';
import { ImagePlus, X } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { Button, IconButton, SelectField, Slider, Switch, testIds } from '../../ui';
import { rememberUpload, useUploadedImageUrl } from './uploadedImages';
import { useScene } from './programDraft';

const COLOURS = ['#101114', '#1b2a41', '#20342c', '#3a2336', '#4a3620', '#e8e4da'];
const LOGO_HEIGHT = { min: 0.03, max: 0.3, step: 0.01 };

/** The style of the scene: background, logo and names. Changes go on air at once. */
export function SceneStyle() {
  const { t } = useTranslation();
  const { scene, setScene } = useScene();
  const { logo, background } = scene;
  return (
    <div className="flex h-full flex-col gap-6 overflow-y-auto p-4">
      <Group title={t('sceneStyle.background')}>
        <div role="radiogroup" aria-label={t('sceneStyle.colour')} className="flex flex-wrap items-center gap-2">
          {COLOURS.map((colour) => (
            <button
              key={colour}
              type="button"
              role="radio"
              aria-checked={background.colour === colour}
              aria-label={colour}
              onClick={() => setScene({ background: { colour } })}
              className="size-9 rounded-full border-2 border-line-strong aria-checked:border-fg aria-checked:ring-2 aria-checked:ring-fg/40"
              style={{ background: colour }}
            />
          ))}
          <label className="target flex items-center gap-2 rounded-md bg-surface-2 px-3 hover:bg-surface-3">
            <input
              type="color"
              value={background.colour}
              onChange={(event) => setScene({ background: { colour: event.target.value } })}
              data-testid={testIds.backgroundColour}
              className="size-5 cursor-pointer border-0 bg-transparent p-0"
            />
            {t('sceneStyle.ownColour')}
          </label>
        </div>
        <PicturePicker
          label={t('sceneStyle.backgroundImage')}
          image={background.image}
          testId={testIds.backgroundImage}
          onPicked={(image) => setScene({ background: { image } })}
        />
      </Group>
      <Group title={t('sceneStyle.logo')}>
        <PicturePicker
          label={t('sceneStyle.logoImage')}
          image={logo?.image ?? null}
          testId={testIds.logoImage}
          onPicked={(image) =>
            setScene({ logo: image ? { image, corner: logo?.corner ?? 'top-right', height: logo?.height ?? 0.09 } : null })
          }
        />
        {logo && (
          <>
            <SelectField
              label={t('sceneStyle.corner')}
              value={logo.corner}
              options={Corner.options.map((value) => ({ value, label: t(`sceneStyle.${value}`) }))}
              onChange={(event) => setScene({ logo: { ...logo, corner: Corner.parse(event.target.value) } })}
            />
            <LogoSize value={logo.height} onCommit={(height) => setScene({ logo: { ...logo, height } })} />
          </>
        )}
      </Group>
      <Group title={t('sceneStyle.names')}>
        <Switch
          label={t('sceneStyle.showNames')}
          isOn={scene.showNames}
          onChange={(showNames) => setScene({ showNames })}
          data-testid={testIds.showNames}
        />
      </Group>
    </div>
  );
}

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title} className="flex flex-col gap-3">
    <h3 className="font-semibold">{title}</h3>
    {children}
  </section>
);

function LogoSize({ value, onCommit }: { value: number; onCommit: (value: number) => void }) {
  const { t } = useTranslation();
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? value;
  return (
    <div>
      <span className="text-sm font-medium text-fg-2">{t('sceneStyle.size')}</span>
      <Slider
        {...LOGO_HEIGHT}
        label={t('sceneStyle.size')}
        value={shown}
        valueText={`${Math.round(shown * 100)} %`}
        onChange={setDragged}
        onCommit={(next) => {
          setDragged(null);
          onCommit(next);
        }}
      />
    </div>
  );
}

interface PicturePickerProps {
  label: string;
  image: AssetId | null;
  testId: string;
  onPicked: (image: AssetId | null) => void;
}

function PicturePicker({ label, image, testId, onPicked }: PicturePickerProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const input = useRef<HTMLInputElement>(null);
  const [isUploading, setUploading] = useState(false);
  const url = useUploadedImageUrl(image);
  const upload = async (file: File) => {
    setUploading(true);
    try {
      const id = await actions.uploadAsset(file);
      rememberUpload(id, file);
      onPicked(id);
    } finally {
      setUploading(false);
    }
  };
  return (
    <div className="flex items-center gap-2">
      {url && <img src={url} alt="" className="h-11 w-16 shrink-0 rounded-sm bg-surface-3 object-contain" />}
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-label={label}
        data-testid={testId}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) run(upload(file));
        }}
      />
      <Button size="sm" isBusy={isUploading} icon={<ImagePlus size={18} aria-hidden />} onClick={() => input.current?.click()}>
        {image ? t('sceneStyle.replace') : label}
      </Button>
      {image && <IconButton label={t('sceneStyle.removePicture')} icon={<X size={18} />} onClick={() => onPicked(null)} />}
    </div>
  );
}
