import type { TimeRange } from '@grafana/data';
import { Button, Stack } from '@grafana/ui';
import { SourceSwitch } from '../SourceSwitch';
import { TimePicker } from '../TimePicker';
import { say } from '../address';
import type { World } from '../grafana/start';

interface Props {
  world: World;
  range: TimeRange;
  onRange: (range: TimeRange) => void;
  onRun: () => void;
}

/** Above every editor: whom it asks, of which time, and the button that asks. */
export function Toolbar({ world, range, onRange, onRun }: Props) {
  return (
    <Stack direction="row" justifyContent="flex-end" alignItems="center" wrap="wrap">
      <SourceSwitch world={world} />
      <TimePicker range={range} onChange={onRange} />
      <Button icon="sync" onClick={onRun}>
        {say('Run query', 'クエリを実行')}
      </Button>
    </Stack>
  );
}
