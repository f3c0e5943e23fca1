import type { SelectableValue } from '@grafana/data';
import { Field, RadioButtonGroup } from '@grafana/ui';

interface Props<T extends string> {
  label: string;
  value: T;
  options: Array<SelectableValue<T>>;
  onChange: (value: T) => void;
  error?: string;
}

/** A choice that changes what else is asked, shown whole. */
export function ModeField<T extends string>({ label, value, options, onChange, error }: Props<T>) {
  return (
    <Field noMargin label={label} invalid={error !== undefined} error={error}>
      <RadioButtonGroup aria-label={label} options={options} value={value} onChange={onChange} />
    </Field>
  );
}
