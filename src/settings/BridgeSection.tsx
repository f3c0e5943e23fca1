import { t } from '@grafana/i18n';
import { Row, TextField } from '../fields';
import type { Form } from './form';
import { SecretField } from './SecretField';
import { Section } from './Section';

/** The bridge whose board the query type "andon" shows. */
export function BridgeSection({ form }: { form: Form }) {
  const { settings, put, secret, problem, warning } = form;
  return (
    <Section
      title={t('settings.bridge.title', 'Andon’s bridge')}
      description={t('settings.bridge.description', 'For the board: open alerts and signal towers. Empty: not used.')}
    >
      <Row>
        <TextField
          label={t('settings.bridge.url', 'URL')}
          sample="http://127.0.0.1:9560"
          value={settings.bridgeUrl}
          error={problem('bridgeUrl')}
          warning={warning('bridgeUrl')}
          onChange={(bridgeUrl) => put({ bridgeUrl })}
        />
        <TextField
          label={t('settings.bridge.board', 'URL for people')}
          description={t(
            'settings.bridge.board-description',
            'As browsers reach the board, for links. Empty: the same'
          )}
          sample="https://andon.example.com"
          value={settings.boardUrl}
          error={problem('boardUrl')}
          onChange={(boardUrl) => put({ boardUrl })}
        />
        <SecretField
          label={t('settings.bridge.token', 'Token')}
          description={t(
            'settings.bridge.token-description',
            'Of a user with on_behalf_of, so that acknowledgements carry the name of who gave them'
          )}
          secret={secret('bridgeToken')}
        />
      </Row>
    </Section>
  );
}
