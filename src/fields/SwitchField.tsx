import { Switch, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { Labelled, type CommonProps } from './Labelled';
import { fieldStyles } from './styles';

interface Props extends CommonProps {
  value: boolean;
  onChange: (value: boolean) => void;
}

export function SwitchField({ value, onChange, ...common }: Props) {
  return (
    <Labelled width="short" {...common}>
      {(id, describedBy) => (
        <InTheMiddle>
          <Switch
            id={id}
            aria-describedby={describedBy}
            value={value}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
        </InTheMiddle>
      )}
    </Labelled>
  );
}

/** Of the height that the inputs beside it have. */
function InTheMiddle({ children }: { children: ReactNode }) {
  const styles = useStyles2(fieldStyles);
  return <div className={styles.high}>{children}</div>;
}
