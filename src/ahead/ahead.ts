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

/**
 * Announces the panels of a dashboard to the back end while the browser still holds back most of their requests, so
 * that what they have in common goes to AWS in the same calls and no panel waits for others.
 */
export class Ahead {
  private waiting: Announced[] = [];
  private readonly known = new Map<string, number>();

  constructor(
    private readonly post: (panels: PanelRequest[]) => Promise<unknown>,
    private readonly now: () => number = Date.now
  ) {}

  /** Takes note of a panel's request. Panels of one moment are announced together. */
  add(panel: Announced): void {
    this.waiting.push(panel);
    if (this.waiting.length === 1) {
      setTimeout(() => this.announce());
    }
  }

  private announce(): void {
    const now = this.now();
    for (const [key, at] of this.known) {
      if (now - at > rememberedMs) {
        this.known.delete(key);
      }
    }
    const fresh: PanelRequest[] = [];
    for (const { request, range } of this.waiting) {
      const key = JSON.stringify([range, request.queries]);
      if (!this.known.has(key)) {
        fresh.push(request);
      }
      this.known.set(key, now);
    }
    this.waiting = [];
    if (fresh.length > sentAtOnce && fresh.length <= mostPanels) {
      // Without it the panels are as right and a little slower: nobody needs to know.
      this.post(fresh).catch(() => undefined);
    }
  }
}
