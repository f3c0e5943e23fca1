import { MultiCombobox, type ComboboxOption } from '@grafana/ui';
import { Labelled, type CommonProps } from './Labelled';

interface Props extends CommonProps {
  value: string[] | undefined;
  /** Stable: its identity changes with its content only. */
  options: ComboboxOption[] | ((search: string) => Promise<ComboboxOption[]>);
  onChange: (chosen: Array<ComboboxOption<string>>) => void;
}

/** The control of every field of several values: chosen ones, or any other that is typed. */
export function ManyValues({ value, options, onChange, placeholder, sample, ...common }: Props) {
  return (
    <Labelled {...common}>
      {(id, _describedBy, labelledBy) => (
        <MultiCombobox
          id={id}
          aria-labelledby={labelledBy} // Grafana 12.2 gives it no id
          isClearable
          createCustomValue
          options={options}
          value={value ?? []}
          placeholder={placeholder ?? sample}
          onChange={onChange}
        />
      )}
    </Labelled>
  );
}
