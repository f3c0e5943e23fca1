package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

// selectionFlags adds the flags that say which alerts a verb means.
func selectionFlags(c *cobra.Command, match *[]string, all *bool) {
	c.Flags().StringArrayVar(match, "match", nil, "alerts by `matcher` (repeat: all must hold)")
	c.Flags().BoolVar(all, "all", false, "every open alert")
}

func selectionOf(identities, match []string, all bool) (client.Selection, error) {
	s := client.Selection{All: all}
	for _, id := range identities {
		s.Identities = append(s.Identities, alert.Identity(id))
	}
	var err error
	if s.Match, err = alert.ParseMatchers(match...); err != nil {
		return s, usageError{err}
	}
	if len(identities) == 0 && len(match) == 0 && !all {
		return s, usageError{errors.New("say which alerts: identities as `andon alerts` lists them, --match, or --all")}
	}
	return s, nil
}

func printOutcomes(r *remote, c *cobra.Command, outcomes []client.Outcome, done string) error {
	failed, skipped := 0, 0
	why := map[string]int{} // of those that were skipped
	for _, o := range outcomes {
		switch {
		case o.Skipped:
			skipped++
			why[o.Error]++
		case o.Error != "":
			failed++
		}
	}
	err := r.print(c.OutOrStdout(), outcomes, func(t *table) {
		for _, o := range outcomes {
			switch {
			case o.Skipped:
				t.row(string(o.Identity), "skipped: "+o.Error)
			case o.Error != "":
				t.row(string(o.Identity), o.Error)
			default:
				t.row(string(o.Identity), done)
			}
		}
		if skipped < len(outcomes) { // else that is the error
			for _, reason := range slices.Sorted(maps.Keys(why)) {
				t.line(fmt.Sprintf("%d skipped: %s", why[reason], reason))
			}
		}
		if len(outcomes) == 0 {
			t.line("there was nothing to do")
		}
	})
	if err == nil && skipped > 0 && skipped == len(outcomes) {
		err = fmt.Errorf("none was %s: %s", done, strings.Join(slices.Sorted(maps.Keys(why)), "; "))
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d alerts stayed as they were", failed, len(outcomes))
	}
	return err
}

func ackCommand() *cobra.Command {
	var r remote
	var match []string
	var all bool
	var comment string
	c := &cobra.Command{
		Use:   "ack [IDENTITY…]",
		Short: "Acknowledge: I have it. The buzzer stops, the light stays",
		Long: `ack takes open alerts: those of the identities given, or those that match, or
all. The buzzer stops, the light stays, and your name stands beside the alert.

  andon ack --match 'host="db1"' --comment "on it"

` + verbStatus,
		RunE: func(c *cobra.Command, ids []string) error {
			s, err := selectionOf(ids, match, all)
			if err != nil {
				return err
			}
			s.Comment = comment
			cl, err := r.client()
			if err != nil {
				return err
			}
			outcomes, err := cl.Acknowledge(c.Context(), s)
			if err != nil {
				return err
			}
			return noneMeant(printOutcomes(&r, c, outcomes, "acknowledged"), s, len(outcomes), "is waiting for somebody to take it")
		},
	}
	selectionFlags(c, &match, &all)
	c.Flags().StringVar(&comment, "comment", "", "kept with the acknowledgement")
	return r.flags(c)
}

func resetCommand() *cobra.Command {
	var r remote
	var match []string
	var all bool
	c := &cobra.Command{
		Use:   "reset [IDENTITY…]",
		Short: "Reset alarms of the sequences M and R whose cause is over",
		Long: `reset puts out alarms of the sequences M and R: those that somebody has
acknowledged and whose cause is over. With --all or --match the others are
skipped, and why is said.

` + verbStatus,
		RunE: func(c *cobra.Command, ids []string) error {
			s, err := selectionOf(ids, match, all)
			if err != nil {
				return err
			}
			cl, err := r.client()
			if err != nil {
				return err
			}
			outcomes, err := cl.Reset(c.Context(), s)
			if err != nil {
				return err
			}
			return noneMeant(printOutcomes(&r, c, outcomes, "reset"), s, len(outcomes), "is waiting for a reset")
		},
	}
	selectionFlags(c, &match, &all)
	return r.flags(c)
}

func buzzerStopCommand() *cobra.Command {
	var r remote
	c := &cobra.Command{
		Use:   "buzzer-stop [TOWER]",
		Short: "Stop the buzzer of a tower, or of all; nothing is acknowledged",
		Args:  atMostOne,
		RunE: func(c *cobra.Command, a []string) error {
			cl, err := r.client()
			if err != nil {
				return err
			}
			name := strings.Join(a, "")
			if err := cl.StopBuzzer(c.Context(), name); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "buzzer stopped; a new alert sounds again")
			return nil
		},
	}
	return r.flags(c)
}
