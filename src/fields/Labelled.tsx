import { Field, Label, Text, useStyles2 } from '@grafana/ui';
import { useId, type ReactElement } from 'react';
import { fieldStyles, type Width } from './styles';

/** What all fields have in common. */
export interface CommonProps {
  label: string;
  description?: string;
  /** What an empty field stands for. */
  placeholder?: string;
  /** A value as it may look: code, the same in every language. */
  sample?: string;
  /** What is wrong with the value, shown beside the field. */
  error?: string;
  /** What is unwise about it, though it works. */
  warning?: string;
  required?: boolean;
  width?: Width;
}

interface Props extends CommonProps {
  /** The control, with what binds it to its label and description. */
  children: (id: string, describedBy: string | undefined, labelledBy: string) => ReactElement<Record<string, unknown>>;
}

/**
 * A control with its label, mistake and description. The description stands
 * below, so that controls side by side are at one height.
 */
export function Labelled({ label, description, error, warning, required, width = 'middle', children }: Props) {
  const id = useId();
  const styles = useStyles2(fieldStyles);
  const describedBy = description ? `${id}-description` : undefined;
  const labelledBy = `${id}-label`;
  const bound = (
    <Label id={labelledBy} htmlFor={id}>
      {required ? `${label} *` : label}
    </Label>
  );
  return (
    <div className={styles[width]}>
      <Field noMargin label={bound} required={required} invalid={error !== undefined} error={error} htmlFor={id}>
        {children(id, describedBy, labelledBy)}
      </Field>
      {warning && (
        <div role="status">
          <Text color="warning" variant="bodySmall">
            {warning}
          </Text>
        </div>
      )}
      {description && (
        <div id={describedBy} className={styles.description}>
          {description}
        </div>
      )}
    </div>
  );
}
