import { type AnnotationQuery, CoreApp, dateTimeFormat } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { InteractiveTable, Stack } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';
import { chosenSource } from '../SourceSwitch';
import { say } from '../address';
import { asError } from '../ask';
import { type Events, annotationEvents } from '../grafana/annotationQuery';
import type { World } from '../grafana/start';
import { Messages } from '../results/Messages';
import { timeZone } from '../time';
import { useRange } from '../useRange';
import { Toolbar } from './Toolbar';

const nothing: Events = { events: [], series: [], errors: [] };

/** The plugin's editor for a dashboard's annotations, and the events they give. */
export function AnnotationsPage({ world }: { world: World }) {
  const source = useMemo(() => world.api(chosenSource(world).uid), [world]);
  const { range, change, refresh } = useRange(world.now);
  const [annotation, setAnnotation] = useState(() => initial(source));
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Events>();
  const latest = useRef(annotation);
  const Editor = source.annotations?.QueryEditor ?? world.plugin.components.QueryEditor;

  const set = (next: AnnotationQuery) => {
    latest.current = next;
    setAnnotation(next);
  };
  const run = async (at = refresh()) => {
    setBusy(true);
    try {
      setFound(await annotationEvents(source, latest.current, at));
    } catch (e) {
      setFound({ ...nothing, errors: [asError(e)] });
    } finally {
      setBusy(false);
    }
  };

  const prepared: AnnotationQuery = source.annotations?.prepareAnnotation?.(annotation) ?? annotation;
  const query: DataQuery = source.annotations?.prepareQuery?.(prepared) ?? prepared.target ?? { refId: 'Anno' };
  return (
    <Stack direction="column" gap={2}>
      <Toolbar world={world} range={range} onRange={(next) => run(change(next))} onRun={() => run()} />
      {Editor && (
        <Editor
          datasource={source}
          query={query}
          range={range}
          app={CoreApp.Dashboard}
          annotation={prepared}
          onAnnotationChange={set}
          onChange={(target: DataQuery) => set({ ...latest.current, target })}
          onRunQuery={() => run()}
        />
      )}
      <Messages errors={found?.errors ?? []} frames={found?.series} />
      <section aria-label={say('Result', '結果')} aria-busy={busy}>
        {(busy || found) && (
          <p role="status">
            {busy
              ? say('Asking…', '問い合わせ中…')
              : say(`${found?.events.length} events`, `${found?.events.length} 件のイベント`)}
          </p>
        )}
        {found && !busy && (
          <InteractiveTable
            data={found.events.map((e, i) => ({
              id: String(i),
              time: dateTimeFormat(e.time ?? 0, { timeZone: timeZone() }),
              title: e.title ?? '',
              text: e.text ?? '',
              tags: (e.tags ?? []).join(', '),
            }))}
            getRowId={(row) => row.id}
            columns={[
              { id: 'time', header: say('Time', '時刻') },
              { id: 'title', header: say('Title', '題名') },
              { id: 'text', header: say('Text', '本文') },
              { id: 'tags', header: say('Tags', 'タグ') },
            ]}
          />
        )}
      </section>
    </Stack>
  );
}

function initial(source: World['plugin']['DataSourceClass']['prototype']): AnnotationQuery {
  const target = source.annotations?.getDefaultQuery?.();
  return {
    name: 'New annotation',
    enable: true,
    iconColor: 'red',
    datasource: source.getRef(),
    ...(target ? { target: { refId: 'Anno', ...target } } : {}),
  } as AnnotationQuery;
}
