// Runs an annotation's query as Grafana does, and reads the events.
import {
  type AnnotationEvent,
  type AnnotationQuery,
  CoreApp,
  type DataFrame,
  type DataQueryError,
  type DataSourceApi,
  FieldType,
  type TimeRange,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import { ask } from '../ask';

export interface Events {
  events: AnnotationEvent[];
  series: DataFrame[];
  errors: DataQueryError[];
}

export async function annotationEvents(
  source: DataSourceApi,
  saved: AnnotationQuery,
  range: TimeRange
): Promise<Events> {
  const support = source.annotations;
  if (!support) {
    throw new Error('the data source has no annotations');
  }
  const annotation = support.prepareAnnotation?.(saved) ?? saved;
  const query = support.prepareQuery ? support.prepareQuery(annotation) : annotation.target;
  if (!query) {
    return { events: [], series: [], errors: [] };
  }
  const answer = await firstValueFrom(
    ask(source, {
      queries: [{ ...query, refId: query.refId || 'Anno' }],
      range,
      app: CoreApp.Dashboard,
      maxDataPoints: 100,
    })
  );
  const events = support.processEvents
    ? ((await firstValueFrom(support.processEvents(annotation, answer.series))) ?? [])
    : answer.series.flatMap((frame) => eventsOf(frame, annotation));
  return { events, series: answer.series, errors: answer.errors ?? [] };
}

// Fields are found by Grafana's names for them, else by their types.
function eventsOf(frame: DataFrame, annotation: AnnotationQuery): AnnotationEvent[] {
  const field = (name: keyof AnnotationEvent, type?: FieldType) => {
    const wanted = annotation.mappings?.[name]?.value ?? name;
    return (
      frame.fields.find((f) => f.name.toLowerCase() === String(wanted).toLowerCase()) ??
      (type ? frame.fields.find((f) => f.type === type) : undefined)
    );
  };
  const time = field('time', FieldType.time);
  const end = field('timeEnd');
  const title = field('title');
  const text = field('text', FieldType.string);
  const tags = field('tags');
  const list = (value: unknown) =>
    Array.isArray(value)
      ? value.map(String)
      : String(value ?? '')
          .split(',')
          .filter(Boolean);
  return Array.from({ length: frame.length }, (_, i) => ({
    time: Number(time?.values[i]),
    timeEnd: end?.values[i] ? Number(end.values[i]) : undefined,
    title: title ? String(title.values[i] ?? '') : undefined,
    text: String(text?.values[i] ?? ''),
    tags: list(tags?.values[i]),
    color: annotation.iconColor,
  })).filter((e) => !Number.isNaN(e.time));
}
