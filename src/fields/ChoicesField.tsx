import type { ComboboxOption } from '@grafana/ui';
import { useOptions } from './choice';
import type { CommonProps } from './Labelled';
import { ManyValues } from './ManyValues';
import { valuesOf } from './values';

interface Props extends CommonProps {
  value: string[] | undefined;
  options: ComboboxOption[];
  onChange: (value: string[]) => void;
  /** For texts in which commas may stand. */
  whole?: boolean;
}

/** Several of the usual values, or any other that is typed, as a variable. */
export function ChoicesField({ options, onChange, whole, ...field }: Props) {
  return (
    <ManyValues
      {...field}
      options={useOptions(options)}
      onChange={(chosen) => onChange(whole ? chosen.map((option) => option.value.trim()) : valuesOf(chosen))}
    />
  );
}
