package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

func sendCommand() *cobra.Command {
	var r remote
	var labels, annotations []string
	var resolve bool
	var lasting string
	c := &cobra.Command{
		Use:   "send --label NAME=VALUE…",
		Short: "Send an event from a script",
		Long: `send reports a failure, or with --resolve its recovery. The labels are the
identity: the recovery is the event with the same labels.

  andon send --label alertname=BackupFailed --label host=db1 --annotation summary="no space left"
  andon send --label alertname=BackupFailed --label host=db1 --resolve

When it returns with status 0, the event is durable. A recovery of nothing that
is open is no failure: it says so, and is kept on record.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			s := client.Send{Resolve: resolve}
			var err error
			if s.Labels, err = pairs("--label", labels); err != nil {
				return err
			}
			if s.Annotations, err = pairs("--annotation", annotations); err != nil {
				return err
			}
			if len(s.Labels) == 0 {
				return usageError{errors.New("an event needs at least one --label NAME=VALUE")}
			}
			if lasting != "" {
				d, err := model.ParseDuration(lasting)
				if err != nil || d == 0 {
					return usageError{fmt.Errorf("--for %q: write for example 30m, 1h or 1d", lasting)}
				}
				s.For = time.Duration(d).Seconds()
			}
			cl, err := r.client()
			if err != nil {
				return err
			}
			sent, err := cl.Send(c.Context(), s)
			if err != nil {
				return err
			}
			return r.print(c.OutOrStdout(), sent, func(t *table) {
				switch {
				case resolve && !sent.WasOpen:
					t.line(fmt.Sprintf("nothing was open with these labels: %s is on record only", sent.Identity))
					return
				case resolve && sent.Phase != alert.Ended:
					t.line(fmt.Sprintf("%s resolved; its sequence keeps it lit until people have acted (%s)", sent.Identity, sent.Phase))
					return
				case resolve:
					t.line(fmt.Sprintf("%s resolved", sent.Identity))
					return
				}
				t.line(fmt.Sprintf("%s is %s (%s)", sent.Identity, sent.Severity, ruleName(sent.Rule)))
			})
		},
	}
	c.Flags().StringArrayVar(&labels, "label", nil, "label `NAME=VALUE` (repeat)")
	c.Flags().StringArrayVar(&annotations, "annotation", nil, "annotation `NAME=VALUE` (repeat)")
	c.Flags().BoolVar(&resolve, "resolve", false, "the failure with these labels is over")
	c.Flags().StringVar(&lasting, "for", "", "ends by itself after this `duration`")
	return r.flags(c)
}

func pairs(flag string, texts []string) (map[string]string, error) {
	m := map[string]string{}
	for _, t := range texts {
		name, value, ok := strings.Cut(t, "=")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("%s %q: write NAME=VALUE", flag, t)}
		}
		if !model.LegacyValidation.IsValidLabelName(name) {
			return nil, usageError{fmt.Errorf("%s %q: a name is of letters, digits and _, and does not begin with a digit", flag, t)}
		}
		if _, twice := m[name]; twice {
			return nil, usageError{fmt.Errorf("%s %s: given twice", flag, name)}
		}
		m[name] = value
	}
	return m, nil
}

func ruleName(rule string) string {
	if rule == "" {
		return "no rule matched"
	}
	return "rule " + rule
}
