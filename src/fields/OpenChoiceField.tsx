import { Combobox, type ComboboxOption } from '@grafana/ui';
import { useChoice, useOptions } from './choice';
import { Labelled, type CommonProps } from './Labelled';

interface Props extends CommonProps {
  value: string | undefined;
  options: ComboboxOption[];
  onChange: (value: string | undefined) => void;
}

/** One of the usual values, or any other that is typed. */
export function OpenChoiceField({ value, options, onChange, placeholder, sample, ...common }: Props) {
  const stable = useOptions(options);
  const choose = useChoice(value || undefined, onChange);
  return (
    <Labelled {...common}>
      {(id) => (
        <Combobox
          id={id}
          isClearable
          createCustomValue
          options={stable}
          value={value || null}
          placeholder={placeholder ?? sample}
          onChange={(option) => choose(option?.value.trim() || undefined)}
        />
      )}
    </Labelled>
  );
}
