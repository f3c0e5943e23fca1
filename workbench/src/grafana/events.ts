// Grafana's app events: what one part of the page tells the others.
import { EventBusSrv } from '@grafana/data';

export const events = new EventBusSrv();
