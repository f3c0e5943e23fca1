import { Switch } from '@grafana/ui';
import { Labelled, type CommonProps } from './Labelled';

interface Props extends CommonProps {
  value: boolean;
  onChange: (value: boolean) => void;
}

export function SwitchField({ value, onChange, ...common }: Props) {
  return (
    <Labelled width="short" {...common}>
      {(id, describedBy) => (
        <Switch
          id={id}
          aria-describedby={describedBy}
          value={value}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )}
    </Labelled>
  );
}
