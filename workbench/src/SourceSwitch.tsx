import { RadioButtonGroup } from '@grafana/ui';
import { addressWith, parameter, say } from './address';
import type { Settings, World } from './grafana/start';

/** The data source that a page is about: ?source=, else the first. */
export function chosenSource(world: World): Settings {
  return world.sources.find((s) => s.uid === parameter('source')) ?? world.sources[0];
}

export function SourceSwitch({ world }: { world: World }) {
  return (
    <RadioButtonGroup
      aria-label={say('Data source', 'データソース')}
      options={world.sources.map((s) => ({ label: s.name, value: s.uid }))}
      value={chosenSource(world).uid}
      onChange={(source) => location.assign(addressWith(location.pathname, { source, queries: undefined }))}
    />
  );
}
