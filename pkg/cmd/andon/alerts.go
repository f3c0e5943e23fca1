package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

func alertsCommand() *cobra.Command {
	var r remote
	c := &cobra.Command{
		Use:   "alerts [MATCHER…]",
		Short: "List what is open",
		Long: `alerts lists the open alerts, most severe first; matchers are Alertmanager's:

  andon alerts 'severity="critical"' 'host=~"db.*"'

severity in a matcher is a label of the sender; the tier that the rules gave is
the first column.`,
		RunE: func(c *cobra.Command, match []string) error {
			if _, err := alert.ParseMatchers(match...); err != nil {
				return usageError{err}
			}
			cl, err := r.client()
			if err != nil {
				return err
			}
			alerts, err := cl.Alerts(c.Context(), match...)
			if err != nil {
				return err
			}
			heading := []string{"SEVERITY", "PHASE", "SINCE", "NAME", "WHO", "IDENTITY"}
			return printList(&r, c.OutOrStdout(), alerts, "nothing is open", heading, func(a client.Alert) []string {
				who := "-"
				if a.Ack != nil {
					who = a.Ack.By
				}
				return []string{string(a.Severity), standing(a), clock(a.OpenedAt), clip(a.Name, 50), who, string(a.Identity)}
			})
		},
	}
	return r.flags(c)
}

// maxHistory is how many entries the bridge answers with at most.
const maxHistory = 1000

// standing is the phase of an open alert, and that its cause is over where only
// its sequence keeps it.
func standing(a client.Alert) string {
	switch {
	case a.Abnormal:
		return string(a.Phase)
	case a.Sequence.NeedsReset() && a.Ack != nil:
		return string(a.Phase) + " (cause over: reset)"
	}
	return string(a.Phase) + " (cause over)"
}

func historyCommand() *cobra.Command {
	var r remote
	var q client.HistoryQuery
	var identity string
	c := &cobra.Command{
		Use:   "history",
		Short: "List what happened, newest first",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if q.Limit < 1 || q.Limit > maxHistory {
				return usageError{fmt.Errorf("--limit %d: a number from 1 to %d", q.Limit, maxHistory)}
			}
			cl, err := r.client()
			if err != nil {
				return err
			}
			q.Identity = alert.Identity(identity)
			entries, err := cl.History(c.Context(), q)
			if err != nil {
				return err
			}
			heading := []string{"CHANGE", "AT", "KIND", "SEVERITY", "NAME", "RULE", "BY", "IDENTITY", "NOTE"}
			none := ""
			if q.Unmatched {
				none = "a rule knew every event"
			}
			return printList(&r, c.OutOrStdout(), entries, none, heading, func(e alert.Entry) []string {
				name := (&alert.Alert{Identity: e.Identity, Labels: e.Labels}).Name()
				return []string{
					strconv.FormatUint(e.Change, 10), clock(e.At), string(e.Kind), dash(string(e.Severity)), clip(dash(name), 50),
					dash(e.Rule), dash(e.By), string(e.Identity), e.Note,
				}
			})
		},
	}
	c.Flags().StringVar(&identity, "identity", "", "of one alert only")
	c.Flags().BoolVar(&q.Unmatched, "unmatched", false, "events that no rule knew, whatever became of them: write a rule from them")
	c.Flags().IntVar(&q.Limit, "limit", 50, "how many entries, up to 1000")
	c.Flags().Uint64Var(&q.Before, "before", 0, "entries before this change `number`")
	return r.flags(c)
}
