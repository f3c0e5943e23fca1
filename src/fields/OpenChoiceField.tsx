import { Combobox, type ComboboxOption } from '@grafana/ui';
import { Labelled, type CommonProps } from './Labelled';

interface Props extends CommonProps {
  value: string | undefined;
  options: ComboboxOption[];
  onChange: (value: string | undefined) => void;
}

/** One of the usual values, or any other that is typed. */
export function OpenChoiceField({ value, options, onChange, placeholder, sample, ...common }: Props) {
  return (
    <Labelled {...common}>
      {(id) => (
        <Combobox
          id={id}
          isClearable
          createCustomValue
          options={options}
          value={value || null}
          placeholder={placeholder ?? sample}
          onChange={(option) => onChange(option?.value.trim() || undefined)}
        />
      )}
    </Labelled>
  );
}
