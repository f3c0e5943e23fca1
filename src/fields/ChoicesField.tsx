import { MultiCombobox, type ComboboxOption } from '@grafana/ui';
import { useOptions } from './choice';
import { Labelled, type CommonProps } from './Labelled';
import { valuesOf } from './values';

interface Props extends CommonProps {
  value: string[] | undefined;
  options: ComboboxOption[];
  onChange: (value: string[]) => void;
  /** For texts in which commas may stand. */
  whole?: boolean;
}

/** Several of the usual values, or any other that is typed, as a variable. */
export function ChoicesField({ value, options, onChange, placeholder, sample, whole, ...common }: Props) {
  const stable = useOptions(options);
  return (
    <Labelled {...common}>
      {(id, _describedBy, labelledBy) => (
        <MultiCombobox
          id={id}
          aria-labelledby={labelledBy} // Grafana 12.2 gives it no id
          isClearable
          createCustomValue
          options={stable}
          value={value ?? []}
          placeholder={placeholder ?? sample}
          onChange={(chosen) => onChange(whole ? chosen.map((option) => option.value.trim()) : valuesOf(chosen))}
        />
      )}
    </Labelled>
  );
}
