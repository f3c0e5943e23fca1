import { t } from '@grafana/i18n';
import { SecretTextArea } from '@grafana/ui';
import { Row, SwitchField, TextField } from '../fields';
import { Labelled } from '../fields/Labelled';
import type { Form } from './form';
import { Section } from './Section';
import { services } from './validate';

const pemStart = '-----BEGIN CERTIFICATE-----';

/** Where the services are, for networks without a way to AWS's own addresses, and whom to trust there. */
export function NetworkSection({ form }: { form: Form }) {
  const { settings, put, secret, problem } = form;
  const certificate = secret('tlsCACert');
  return (
    <Section
      title={t('settings.network.title', 'Endpoints')}
      description={t(
        'settings.network.description',
        'Only for VPC endpoints without private DNS. {service} and {region} are filled in.'
      )}
    >
      <Row>
        {services.map((service) => (
          <TextField
            key={service}
            label={service}
            sample={`https://vpce-….${service === 'cloudwatch' ? 'monitoring' : service}.ap-northeast-1.vpce.amazonaws.com`}
            value={settings.endpoints?.[service]}
            error={problem(`endpoints.${service}`)}
            onChange={(url) => put({ endpoints: { ...settings.endpoints, [service]: url } })}
          />
        ))}
        <TextField
          label={t('settings.network.all', 'All services')}
          description={t('settings.network.all-description', 'For those that have no URL of their own')}
          sample="https://{service}.{region}.aws.example.com"
          value={settings.endpoint}
          error={problem('endpoint')}
          onChange={(endpoint) => put({ endpoint })}
        />
      </Row>
      <SwitchField
        width="wide"
        label={t('settings.network.use-ca', 'Trust a CA of one’s own')}
        description={t(
          'settings.network.use-ca-description',
          'Besides the system’s: behind a gateway that inspects TLS'
        )}
        value={settings.tlsAuthWithCACert ?? false}
        onChange={(tlsAuthWithCACert) => put({ tlsAuthWithCACert })}
      />
      {settings.tlsAuthWithCACert && (
        <Labelled required width="wide" label={t('settings.network.ca', 'CA certificate')} error={problem('tlsCACert')}>
          {(id) => (
            <SecretTextArea
              id={id}
              rows={6}
              isConfigured={certificate.isKept}
              value={certificate.typed}
              placeholder={pemStart}
              onChange={(event) => certificate.change(event.currentTarget.value)}
              onReset={certificate.reset}
            />
          )}
        </Labelled>
      )}
    </Section>
  );
}
