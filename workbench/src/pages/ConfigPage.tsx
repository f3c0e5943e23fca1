import { getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Field, Input, Stack } from '@grafana/ui';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { SourceSwitch, chosenSource } from '../SourceSwitch';
import { say } from '../address';
import { asError } from '../ask';
import type { Settings, World } from '../grafana/start';

interface Outcome {
  severity: 'success' | 'error';
  title: string;
  details?: string;
}

/** The plugin's settings, saved and tested as Grafana does. */
export function ConfigPage({ world }: { world: World }) {
  const [settings, setSettings] = useState<Settings>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState(false);
  const address = `/api/datasources/uid/${chosenSource(world).uid}`;

  useEffect(() => {
    getBackendSrv()
      .get<Settings>(address)
      .then(setSettings, (e: unknown) => setOutcome({ severity: 'error', title: asError(e).message ?? '' }));
  }, [address]);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setOutcome(undefined);
    try {
      const saved = (await getBackendSrv().put<{ datasource: Settings }>(address, settings)).datasource;
      setSettings(saved);
      setOutcome(await test(world, saved));
    } catch (e) {
      setOutcome({ severity: 'error', title: asError(e).message ?? '' });
    } finally {
      setBusy(false);
    }
  };

  const told = useRef<HTMLDivElement>(null);
  useEffect(() => {
    told.current?.scrollIntoView({ block: 'nearest' });
  }, [outcome]);

  const Editor = world.plugin.components.ConfigEditor;
  return (
    <form onSubmit={save}>
      <Stack direction="column" gap={2}>
        <div>
          <SourceSwitch world={world} />
        </div>
        {settings && (
          <Field label={say('Name', '名前')} noMargin>
            <Input
              id="data-source-name"
              width={40}
              value={settings.name}
              onChange={(e) => setSettings({ ...settings, name: e.currentTarget.value })}
            />
          </Field>
        )}
        {settings && Editor && (
          <Editor options={settings} onOptionsChange={(next: unknown) => setSettings(next as Settings)} />
        )}
        <div>
          <Button type="submit" disabled={!settings || busy}>
            {say('Save & test', '保存してテスト')}
          </Button>
        </div>
        <div ref={told}>
          {outcome && (
            <Alert severity={outcome.severity} title={outcome.title}>
              {outcome.details}
            </Alert>
          )}
        </div>
      </Stack>
    </form>
  );
}

interface Tested {
  status?: string;
  message?: string;
  data?: { message?: string; details?: Details };
  details?: Details;
}

interface Details {
  message?: string;
  verboseMessage?: string;
}

// A data source that is not healthy throws what is wrong.
async function test(world: World, saved: Settings): Promise<Outcome> {
  let result: Tested;
  try {
    result = await world.connect(saved).testDatasource();
  } catch (e) {
    result = { status: 'error', ...(e as Tested), message: asError(e).message };
  }
  const details = result.details ?? result.data?.details;
  return {
    severity: result.status?.toLowerCase() === 'error' ? 'error' : 'success',
    title: result.message ?? '',
    details: details?.verboseMessage ?? details?.message,
  };
}
