import { SecretInput } from '@grafana/ui';
import { Labelled, type CommonProps } from '../fields/Labelled';
import type { SecretState } from './form';

interface Props extends CommonProps {
  secret: SecretState;
}

export function SecretField({ secret, placeholder, sample, ...common }: Props) {
  return (
    <Labelled {...common}>
      {(id) => (
        <SecretInput
          id={id}
          autoComplete="new-password"
          isConfigured={secret.isKept}
          value={secret.typed}
          placeholder={placeholder ?? sample}
          onChange={(event) => secret.change(event.currentTarget.value.trim())}
          onReset={secret.reset}
        />
      )}
    </Labelled>
  );
}
