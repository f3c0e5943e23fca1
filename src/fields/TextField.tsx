import { Input } from '@grafana/ui';
import { Labelled, type CommonProps } from './Labelled';
import { useDraft } from './useDraft';

interface Props extends CommonProps {
  value: string | undefined;
  onChange: (value: string) => void;
}

/** One line of text; taken on blur or Enter. */
export function TextField({ value, onChange, placeholder, sample, ...common }: Props) {
  const { text, type, done } = useDraft(value ?? '', (typed) => onChange(typed.trim()));
  return (
    <Labelled {...common}>
      {(id, describedBy) => (
        <Input
          id={id}
          aria-describedby={describedBy}
          aria-invalid={common.error !== undefined}
          value={text}
          placeholder={placeholder ?? sample}
          onChange={(event) => type(event.currentTarget.value)}
          onBlur={done}
          onKeyDown={(event) => event.key === 'Enter' && done()}
        />
      )}
    </Labelled>
  );
}
