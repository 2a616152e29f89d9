/** A searchable list with the current value in its field; every option says what choosing it would do. */
import { Combobox } from '@base-ui/react/combobox';
import { ChevronsUpDown } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Judgement, Presence } from '../../contract/model.ts';
import { isTarget } from '../bridge/grouping.ts';
import { useServices } from '../bridge/services.ts';
import controls from '../ui/controls.module.css';
import { Avatar } from '../ui/marks.tsx';
import { VerdictIcon } from '../ui/move-menu.tsx';
import css from './details.module.css';

export type Face = { name: string; kind: 'agent' | 'team' | 'bot'; presence: Presence | null };

export type PickerOption = {
  value: string;
  label: string;
  note: string;
  face: Face;
  judgement: Judgement | null;
};

type PickerProps = {
  label: string;
  placeholder: string;
  current: string | null;
  face: Face | null;
  options: readonly PickerOption[];
  disabled: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onPick: (value: string) => void;
};

export const Picker = ({
  label,
  placeholder,
  current,
  face,
  options,
  disabled,
  open,
  onOpen,
  onPick,
}: PickerProps) => {
  const { t } = useServices();
  const byValue = useMemo(() => new Map(options.map((option) => [option.value, option])), [options]);
  const [typed, setTyped] = useState('');
  const values = useMemo(() => options.map((option) => option.value), [options]);
  return (
    <Combobox.Root
      items={values}
      itemToStringLabel={(value: string) => byValue.get(value)?.label ?? ''}
      // The shown value is truth plus pending commands, never what was just picked here.
      value={null}
      onValueChange={(value: string | null) => {
        if (value !== null) onPick(value);
      }}
      inputValue={open ? typed : (current ?? '')}
      onInputValueChange={setTyped}
      open={open}
      onOpenChange={(next) => {
        if (!next) setTyped('');
        onOpen(next);
      }}
      disabled={disabled}
      autoHighlight
    >
      <div className={css.picker} data-disabled={disabled || undefined}>
        {face && !open && (
          <span className={css.pickerFace}>
            <Avatar name={face.name} kind={face.kind} presence={face.presence} size="small" />
          </span>
        )}
        <Combobox.Input
          className={css.pickerInput}
          aria-label={label}
          data-face={(face !== null && !open) || undefined}
          placeholder={open ? t('ui.actions.search') : placeholder}
          // Typing in the closed field replaces the name shown there.
          onFocus={(event) => event.currentTarget.select()}
        />
        <Combobox.Trigger
          className={css.pickerButton}
          aria-label={t('ui.actions.show', { label })}
          tabIndex={-1}
        >
          <ChevronsUpDown size={14} aria-hidden="true" />
        </Combobox.Trigger>
      </div>
      <Combobox.Portal>
        <Combobox.Positioner className={controls.positioner} sideOffset={4} side="top">
          <Combobox.Popup className={`${controls.popup} ${css.pickerPopup}`}>
            <Combobox.Empty>
              <p className={css.pickerEmpty}>{t('ui.actions.empty')}</p>
            </Combobox.Empty>
            <Combobox.List>
              {(value: string) => {
                const option = byValue.get(value);
                return option && <Option key={value} option={option} />;
              }}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
};

const Option = ({ option }: { option: PickerOption }) => {
  const { say } = useServices();
  const { judgement, face } = option;
  const outcome = judgement?.outcome;
  const words = judgement && outcome !== 'accepts' ? say(judgement.words) : '';
  const warnings = judgement && 'warnings' in judgement ? judgement.warnings.map(say) : [];
  const notes = [option.note, words, ...warnings].filter((note) => note !== '');
  return (
    <Combobox.Item
      value={option.value}
      className={`${controls.item} ${css.option}`}
      disabled={outcome !== undefined && !isTarget(outcome)}
    >
      <Avatar name={face.name} kind={face.kind} presence={face.presence} size="small" />
      <span className={controls.grow}>
        <span className={css.optionName}>{option.label}</span>
        <span className={css.optionNote}>{notes.join(' · ')}</span>
      </span>
      <VerdictIcon outcome={outcome} warned={warnings.length > 0} />
    </Combobox.Item>
  );
};
