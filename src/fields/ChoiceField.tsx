import { Combobox, type ComboboxOption } from '@grafana/ui';
import { useChoice, useOptions } from './choice';
import { Labelled, type CommonProps } from './Labelled';

interface Props<T extends string> extends CommonProps {
  value: T;
  options: Array<ComboboxOption<T>>;
  onChange: (value: T) => void;
}

/** One of a few values that are known here. A value that is not among them is shown as it is. */
export function ChoiceField<T extends string>({ value, options, onChange, placeholder, sample, ...common }: Props<T>) {
  const stable = useOptions(options);
  const choose = useChoice(value, onChange);
  return (
    <Labelled {...common}>
      {(id) => (
        <Combobox
          id={id}
          options={stable}
          value={value}
          placeholder={placeholder ?? sample}
          onChange={(option) => choose(option.value)}
        />
      )}
    </Labelled>
  );
}
