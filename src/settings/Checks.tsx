import { t } from '@grafana/i18n';
import { getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Icon, InteractiveTable, type CellProps, type Column } from '@grafana/ui';
import { useState } from 'react';
import { firstValueFrom } from 'rxjs';
import { reasonOf as errorReason } from '../lists/lists';
import { capabilitiesOf, messageOf, nameOf, placeOf, reasonOf, type Capability } from './health';
import { Section } from './Section';

interface Health {
  message?: string;
  details?: unknown;
}

/** Tries each part of the saved settings, and says what is wrong and what to do. */
export function Checks({ uid }: { uid: string }) {
  const [health, setHealth] = useState<Health>();
  const [running, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    setHealth(await check(uid));
    setRunning(false);
  };
  const found = capabilitiesOf(health?.details);
  return (
    <Section
      title={t('settings.checks.title', 'What works')}
      description={t('settings.checks.description', 'Tries each part with the settings as they were saved.')}
    >
      <div>
        <Button type="button" variant="secondary" icon="heart-rate" disabled={running} onClick={run}>
          {running ? t('settings.checks.running', 'Checking…') : t('settings.checks.run', 'Check each part')}
        </Button>
      </div>
      <div role="status">
        {health && found.length === 0 && <Alert severity="error" title={messageOf(health)} />}
        {found.length > 0 && <InteractiveTable columns={columns()} data={found} getRowId={rowId} pageSize={0} />}
      </div>
    </Section>
  );
}

/** The health check's answer; that of settings which do not work comes as an HTTP error. */
async function check(uid: string): Promise<Health> {
  const url = `/api/datasources/uid/${encodeURIComponent(uid)}/health`;
  try {
    const answer = await firstValueFrom(
      getBackendSrv().fetch<Health>({ url, showErrorAlert: false, showSuccessAlert: false })
    );
    return answer.data;
  } catch (error) {
    const { data } = error as { data?: Health };
    return { message: errorReason(error), details: data?.details };
  }
}

function rowId({ Account, Region, Name }: Capability): string {
  return [Account, Region, Name].join('/');
}

function columns(): Array<Column<Capability>> {
  return [
    { id: 'OK', header: t('settings.checks.works', 'Works'), cell: Works },
    { id: 'Name', header: t('settings.checks.part', 'Part'), cell: ({ row }: Cell) => nameOf(row.original.Name) },
    {
      id: 'Account',
      header: t('settings.checks.place', 'Account and region'),
      cell: ({ row }: Cell) => placeOf(row.original),
    },
    { id: 'Error', header: t('settings.checks.reason', 'Reason'), cell: ({ row }: Cell) => reasonOf(row.original) },
  ];
}

type Cell = CellProps<Capability, unknown>;

function Works({ row }: Cell) {
  return row.original.OK ? (
    <Icon name="check-circle" title={t('settings.checks.yes', 'Works')} />
  ) : (
    <Icon name="exclamation-triangle" title={t('settings.checks.no', 'Does not work')} />
  );
}
