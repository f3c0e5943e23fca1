import type { AndonQuery } from '../types';

/** The request of one panel, as POST /api/ds/query has it: times in Unix milliseconds. */
export interface PanelRequest {
  from: string;
  to: string;
  queries: AndonQuery[];
}

/** A panel's request, and what tells that it was sent before: its range as the user chose it ("now-3h"). */
export interface Announced {
  request: PanelRequest;
  range: string;
}

/**
 * Grafana's front end sends this many requests for data at the same time, where the server does not speak HTTP/2:
 * the others wait for those. With no more panels none has to wait.
 */
const sentAtOnce = 5;

/**
 * The back end remembers for 90 s what a dashboard shows, and asks for its newest values together. What was asked
 * within less than that need not be announced again.
 */
const rememberedMs = 60_000;

/** The back end takes no more at once. */
const mostPanels = 500;

/** What becomes of a panel's question: it is answered, or somebody leaves before. */
export interface Waiting {
  answered: () => void;
  left: () => void;
}

/** An announcement that has not been answered yet. */
interface Announcement {
  stop: AbortController;
  keys: string[];
  waiting: number; // panels
}

/** A panel that was noted: by is what announced it, if that still goes on. */
interface Noted {
  panel: Announced;
  key: string;
  gone: boolean;
  by?: Announcement;
}

/**
 * Announces the panels of a dashboard to the back end while the browser still holds back most of their requests, so
 * that what they have in common goes to AWS in the same calls and no panel waits for others. Where all of them have
 * been left, the announcement is, too: nobody is to ask AWS for a dashboard that nobody looks at.
 */
export class Ahead {
  private noted: Noted[] = [];
  private readonly known = new Map<string, { at: number; by?: Announcement }>();

  constructor(
    private readonly post: (panels: PanelRequest[], signal: AbortSignal) => Promise<unknown>,
    private readonly now: () => number = Date.now
  ) {}

  /** Takes note of a panel's request. Panels of one moment are announced together. */
  add(panel: Announced): Waiting {
    const key = JSON.stringify([panel.range, panel.request.queries]);
    const one: Noted = { panel, key, gone: false };
    this.waitFor(this.known.get(key)?.by, one); // a refresh goes on waiting
    this.noted.push(one);
    if (this.noted.length === 1) {
      setTimeout(() => this.announce());
    }
    return {
      answered: () => this.goes(one),
      left: () => {
        const by = one.by;
        this.goes(one);
        if (by) {
          setTimeout(() => this.giveUp(by)); // a refresh leaves and comes back at once
        }
      },
    };
  }

  private announce(): void {
    const now = this.now();
    for (const [key, { at }] of this.known) {
      if (now - at > rememberedMs) {
        this.known.delete(key);
      }
    }
    const asked = this.noted.filter(({ gone }) => !gone);
    const fresh: Noted[] = [];
    for (const one of asked) {
      const before = this.known.get(one.key);
      if (!before) {
        fresh.push(one);
      }
      this.known.set(one.key, { at: now, by: before?.by });
    }
    this.noted = [];
    if (fresh.length > sentAtOnce && fresh.length <= mostPanels) {
      this.send(fresh, asked, now);
    }
  }

  private send(fresh: Noted[], asked: Noted[], at: number): void {
    const by: Announcement = { stop: new AbortController(), keys: fresh.map(({ key }) => key), waiting: 0 };
    fresh.forEach(({ key }) => this.known.set(key, { at, by }));
    asked.filter(({ key }) => this.known.get(key)?.by === by).forEach((one) => this.waitFor(by, one));
    this.post(
      fresh.map(({ panel }) => panel.request),
      by.stop.signal
    )
      // Without it the panels are as right and a little slower: nobody needs to know.
      .catch(() => undefined)
      .finally(() => this.eachOf(by, (known) => (known.by = undefined)));
  }

  private waitFor(by: Announcement | undefined, one: Noted): void {
    if (by) {
      one.by = by;
      by.waiting++;
    }
  }

  private goes(one: Noted): void {
    if (one.by) {
      one.by.waiting--;
    }
    one.gone = true;
    one.by = undefined;
  }

  /** Who comes back announces anew what was not answered. */
  private giveUp(by: Announcement): void {
    if (by.waiting === 0) {
      this.eachOf(by, (_, key) => this.known.delete(key));
      by.stop.abort();
    }
  }

  private eachOf(by: Announcement, what: (known: { by?: Announcement }, key: string) => void): void {
    for (const key of by.keys) {
      const known = this.known.get(key);
      if (known?.by === by) {
        what(known, key);
      }
    }
  }
}
