import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, useStyles2 } from '@grafana/ui';
import { ChoicesField, Row, TextField } from '../fields';
import { AlignedButton } from '../fields/AlignedButton';
import type { Form } from './form';
import { regions } from './regions';
import { Section } from './Section';

/** More accounts, each reached by assuming a role in it. */
export function AccountsSection({ form }: { form: Form }) {
  const { settings, put, putAccount, problem } = form;
  const styles = useStyles2(getStyles);
  const accounts = settings.accounts ?? [];
  return (
    <Section
      title={t('settings.accounts.title', 'Accounts')}
      description={t(
        'settings.accounts.description',
        'More accounts that queries can ask, by a role in each. Queries name one, several, or all.'
      )}
    >
      {accounts.map((account, index) => {
        const n = index + 1;
        return (
          <div
            key={index}
            role="group"
            aria-label={t('settings.accounts.one', 'Account {{- n}}', { n })}
            className={styles.account}
          >
            <Row>
              <TextField
                label={t('settings.accounts.name', 'Name')}
                placeholder={t('settings.accounts.name-placeholder', 'Its 12 digits')}
                value={account.name}
                error={problem(`accounts[${index}].name`)}
                onChange={(name) => putAccount(index, { name })}
              />
              <TextField
                required
                label={t('settings.accounts.role', 'Role ARN')}
                sample="arn:aws:iam::123456789012:role/andon-read"
                value={account.roleArn}
                error={problem(`accounts[${index}].roleArn`)}
                // The account's id follows from the role: one that was saved may be another's.
                onChange={(roleArn) => putAccount(index, { roleArn, accountId: undefined })}
              />
              <TextField
                label={t('settings.accounts.external-id', 'External ID')}
                value={account.externalId}
                onChange={(externalId) => putAccount(index, { externalId })}
              />
              <ChoicesField
                label={t('settings.accounts.regions', 'Regions')}
                description={t('settings.accounts.regions-description', 'The first is the one that is checked')}
                placeholder={t('settings.accounts.regions-placeholder', 'Default region')}
                options={regions.map((value) => ({ value, label: value }))}
                value={account.regions}
                error={problem(`accounts[${index}].regions`)}
                onChange={(chosen) => putAccount(index, { regions: chosen })}
              />
              <AlignedButton
                icon="trash-alt"
                label={t('settings.accounts.remove', 'Remove account {{- n}}', { n })}
                onClick={() => put({ accounts: accounts.filter((_, i) => i !== index) })}
              />
            </Row>
          </div>
        );
      })}
      <div>
        <Button
          type="button"
          variant="secondary"
          icon="plus"
          onClick={() => put({ accounts: [...accounts, { name: '', roleArn: '' }] })}
        >
          {t('settings.accounts.add', 'Add account')}
        </Button>
      </div>
    </Section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  account: css({
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
});
