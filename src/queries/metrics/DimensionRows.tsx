import { t } from '@grafana/i18n';
import { Button } from '@grafana/ui';
import { useState } from 'react';
import { ListField, ListsField, Row } from '../../fields';
import { AlignedButton } from '../../fields/AlignedButton';
import type { EditorProps } from '../type';
import { valuesOf, type Dimensions, type MetricsQuery } from './types';

export function DimensionRows({ query, lists, change, problem }: EditorProps<MetricsQuery>) {
  // A dimension that has no name yet is not part of the query.
  const [adding, setAdding] = useState(false);
  const { account, region, namespace, metricName: metric } = query;
  const names = Object.keys(query.dimensions ?? {});
  const put = (dimensions: Dimensions) => change({ dimensions });
  const keys = { lists, name: 'dimension-keys' as const, params: { account, region, namespace, metric } };

  return (
    <>
      {names.map((name) => (
        <Row key={name}>
          <ListField
            label={t('metrics.dimension.name', 'Dimension')}
            value={name}
            list={keys}
            onChange={(renamed) => put(rename(query.dimensions, name, renamed))}
          />
          <ListsField
            label={t('metrics.dimension.values', 'Values of {{- name}}', { name })}
            placeholder={t('metrics.dimension.any', 'Any')}
            value={valuesOf(query.dimensions, name)}
            list={{
              lists,
              name: 'dimension-values',
              params: { account, region, namespace, metric, key: name, dimensions: others(query.dimensions, name) },
              extra: [{ value: '*', label: '*', description: t('metrics.dimension.star', 'Any; each is a series') }],
            }}
            error={problem(`dimensions.${name}`)}
            onChange={(values) =>
              put({ ...query.dimensions, [name]: chosen(valuesOf(query.dimensions, name), values) })
            }
          />
          <AlignedButton
            icon="trash-alt"
            label={t('metrics.dimension.remove', 'Remove dimension {{- name}}', { name })}
            onClick={() => put(rename(query.dimensions, name, undefined))}
          />
        </Row>
      ))}
      {adding ? (
        <ListField
          label={t('metrics.dimension.new', 'New dimension')}
          value={undefined}
          list={keys}
          onChange={(name) => {
            setAdding(false);
            if (name) {
              put({ ...query.dimensions, [name]: ['*'] });
            }
          }}
        />
      ) : (
        <div>
          <Button variant="secondary" size="sm" icon="plus" onClick={() => setAdding(true)}>
            {t('metrics.dimension.add', 'Add dimension')}
          </Button>
        </div>
      )}
    </>
  );
}

/** What was chosen beside "any" takes its place, as "any" takes that of all others. */
function chosen(before: string[], values: string[]): string[] {
  const named = values.filter((value) => value !== '*');
  const isAnyNew = values.includes('*') && !before.includes('*');
  return named.length === 0 || isAnyNew ? ['*'] : named;
}

/** The dimensions in their order, one by another name, or without it. */
function rename(dimensions: Dimensions | undefined, from: string, to: string | undefined): Dimensions {
  const entries = Object.entries(dimensions ?? {}).map(([name, values]) => [name === from ? to : name, values]);
  return Object.fromEntries(entries.filter(([name]) => name !== undefined));
}

/** What the other dimensions are, where they are known: it narrows the values offered. */
function others(dimensions: Dimensions | undefined, except: string): string | undefined {
  const known: Record<string, string> = {};
  for (const name of Object.keys(dimensions ?? {})) {
    const [value, ...more] = valuesOf(dimensions, name);
    if (name !== except && value && more.length === 0 && !value.includes('*')) {
      known[name] = value;
    }
  }
  return Object.keys(known).length > 0 ? JSON.stringify(known) : undefined;
}
