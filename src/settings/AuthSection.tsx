import { t } from '@grafana/i18n';
import { ChoiceField, OpenChoiceField, Row, TextField } from '../fields';
import type { AuthType } from '../types';
import { authTypeOf } from './auth';
import type { Form } from './form';
import { regions } from './regions';
import { SecretField } from './SecretField';
import { Section } from './Section';

/** Where credentials come from, the region of queries that name none, and namespaces to choose from. */
export function AuthSection({ form }: { form: Form }) {
  const { settings, put, secret, problem } = form;
  const authType = authTypeOf(settings.authType);
  return (
    <Section title={t('settings.auth.title', 'Authentication')}>
      <Row>
        <ChoiceField<AuthType>
          label={t('settings.auth.type', 'Credentials from')}
          options={authOptions()}
          value={authType}
          error={problem('authType')}
          onChange={(chosen) => put({ authType: chosen })}
        />
        <OpenChoiceField
          label={t('settings.auth.region', 'Default region')}
          description={t('settings.auth.region-description', 'Of queries that name none')}
          placeholder={t('settings.auth.region-placeholder', 'None chosen')}
          options={regions.map((value) => ({ value, label: value }))}
          value={settings.defaultRegion}
          error={problem('defaultRegion')}
          onChange={(defaultRegion) => put({ defaultRegion })}
        />
        <TextField
          label={t('settings.auth.namespaces', 'Namespaces of custom metrics')}
          description={t(
            'settings.auth.namespaces-description',
            'To choose from besides those that AWS lists; with commas'
          )}
          sample="Shop/Checkout, Shop/Batch"
          value={settings.customMetricsNamespaces}
          onChange={(customMetricsNamespaces) => put({ customMetricsNamespaces })}
        />
      </Row>
      {authType === 'credentials' && (
        <TextField
          label={t('settings.auth.profile', 'Profile')}
          description={t('settings.auth.profile-description', 'Of the shared credentials file on Grafana’s machine')}
          sample="default"
          value={settings.profile}
          onChange={(profile) => put({ profile })}
        />
      )}
      {authType === 'keys' && (
        <Row>
          <SecretField
            required
            label={t('settings.auth.access-key', 'Access key ID')}
            sample="AKIA…"
            secret={secret('accessKey')}
            error={problem('accessKey')}
          />
          <SecretField
            required
            label={t('settings.auth.secret-key', 'Secret access key')}
            secret={secret('secretKey')}
            error={problem('secretKey')}
          />
          <SecretField
            label={t('settings.auth.session-token', 'Session token')}
            placeholder={t('settings.auth.session-token-placeholder', 'For temporary keys only')}
            secret={secret('sessionToken')}
          />
        </Row>
      )}
      <Row>
        <TextField
          label={t('settings.auth.role', 'Role to assume')}
          description={t('settings.auth.role-description', 'With these credentials, for every query')}
          sample="arn:aws:iam::123456789012:role/grafana"
          value={settings.assumeRoleArn}
          error={problem('assumeRoleArn')}
          onChange={(assumeRoleArn) => put({ assumeRoleArn })}
        />
        <TextField
          label={t('settings.auth.external-id', 'External ID')}
          description={t('settings.auth.external-id-description', 'Where the role’s trust asks for one')}
          value={settings.externalId}
          onChange={(externalId) => put({ externalId })}
        />
      </Row>
    </Section>
  );
}

function authOptions() {
  return [
    {
      value: 'default' as const,
      label: t('settings.auth.default', 'The AWS SDK’s default'),
      description: t(
        'settings.auth.default-description',
        'Environment, shared files, web identity, container, instance'
      ),
    },
    {
      value: 'credentials' as const,
      label: t('settings.auth.credentials', 'Credentials file'),
      description: t('settings.auth.credentials-description', 'A profile of the shared files'),
    },
    {
      value: 'keys' as const,
      label: t('settings.auth.keys', 'Access and secret key'),
      description: t('settings.auth.keys-description', 'Kept encrypted by Grafana'),
    },
    {
      value: 'ec2_iam_role' as const,
      label: t('settings.auth.ec2', 'Role of the EC2 instance'),
      description: t('settings.auth.ec2-description', 'From the metadata of the instance that Grafana runs on'),
    },
  ];
}
