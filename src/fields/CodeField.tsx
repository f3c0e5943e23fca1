import { TextArea, useStyles2 } from '@grafana/ui';
import { Labelled, type CommonProps } from './Labelled';
import { fieldStyles } from './styles';
import { useDraft } from './useDraft';

interface Props extends CommonProps {
  value: string | undefined;
  onChange: (value: string) => void;
}

const leastLines = 3;
const mostLines = 12;

/** Several lines of a query language; taken on blur, or with Ctrl or Cmd and Enter. Tab leaves it, as any field. */
export function CodeField({ value, onChange, placeholder, sample, ...common }: Props) {
  const styles = useStyles2(fieldStyles);
  const { text, type, done } = useDraft(value ?? '', onChange);
  const lines = text.split('\n').length;
  return (
    <Labelled width="wide" {...common}>
      {(id, describedBy) => (
        <TextArea
          id={id}
          aria-describedby={describedBy}
          aria-invalid={common.error !== undefined}
          className={styles.code}
          rows={Math.min(Math.max(lines, leastLines), mostLines)}
          spellCheck={false}
          value={text}
          placeholder={placeholder ?? sample}
          onChange={(event) => type(event.currentTarget.value)}
          onBlur={done}
          onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && done()}
        />
      )}
    </Labelled>
  );
}
