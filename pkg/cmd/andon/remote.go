package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

const defaultURL = client.DefaultURL

// remote is how a command reaches a running bridge.
type remote struct {
	url, tokenFile string
	asJSON         bool
}

// flags adds --url, --token-file and --json to a command.
func (r *remote) flags(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&r.url, "url", orEnv("ANDON_URL", defaultURL), "`URL` of the bridge (ANDON_URL)")
	c.Flags().StringVar(&r.tokenFile, "token-file", os.Getenv("ANDON_TOKEN_FILE"), "`file` with the user's token (ANDON_TOKEN_FILE)")
	c.Flags().BoolVar(&r.asJSON, "json", false, "print JSON")
	return c
}

func orEnv(name, value string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return value
}

func (r *remote) client() (*client.Client, error) {
	token := ""
	if r.tokenFile != "" {
		var err error
		if token, err = access.ReadSecret(r.tokenFile); err != nil {
			return nil, usageError{fmt.Errorf("read token: %w", err)}
		}
	}
	c, err := client.New(r.url, token, nil)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// print writes a value as JSON, or as the function prints it.
func (r *remote) print(w io.Writer, v any, text func(io.Writer)) error {
	if r.asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	t := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
	text(t)
	return t.Flush()
}

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
			cl, err := r.client()
			if err != nil {
				return err
			}
			alerts, err := cl.Alerts(c.Context(), match...)
			if err != nil {
				return err
			}
			return r.print(c.OutOrStdout(), alerts, func(w io.Writer) {
				if len(alerts) == 0 {
					fmt.Fprintln(w, "nothing is open")
					return
				}
				fmt.Fprintln(w, "SEVERITY\tPHASE\tSINCE\tNAME\tWHO\tIDENTITY")
				for _, a := range alerts {
					who := "-"
					if a.Ack != nil {
						who = a.Ack.By
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Severity, a.Phase, a.OpenedAt.Local().Format("01-02 15:04:05"), clip(a.Name, 50), who, a.Identity)
				}
			})
		},
	}
	return r.flags(c)
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
			cl, err := r.client()
			if err != nil {
				return err
			}
			q.Identity = alert.Identity(identity)
			entries, err := cl.History(c.Context(), q)
			if err != nil {
				return err
			}
			return r.print(c.OutOrStdout(), entries, func(w io.Writer) {
				fmt.Fprintln(w, "CHANGE\tAT\tKIND\tSEVERITY\tRULE\tBY\tIDENTITY\tNOTE")
				for _, e := range entries {
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Change, e.At.Local().Format("01-02 15:04:05"), e.Kind, e.Severity, dash(e.Rule), dash(e.By), e.Identity, e.Note)
				}
			})
		},
	}
	c.Flags().StringVar(&identity, "identity", "", "of one alert only")
	c.Flags().BoolVar(&q.Unmatched, "unmatched", false, "what was recorded because no rule knew it: write a rule from it")
	c.Flags().IntVar(&q.Limit, "limit", 50, "how many entries, up to 1000")
	c.Flags().Uint64Var(&q.Before, "before", 0, "entries before this change `number`")
	return r.flags(c)
}

// selection adds the flags that say which alerts a verb means.
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
	failed := 0
	for _, o := range outcomes {
		if o.Error != "" {
			failed++
		}
	}
	err := r.print(c.OutOrStdout(), outcomes, func(w io.Writer) {
		for _, o := range outcomes {
			if o.Error != "" {
				fmt.Fprintf(w, "%s\t%s\n", o.Identity, o.Error)
				continue
			}
			fmt.Fprintf(w, "%s\t%s\n", o.Identity, done)
		}
		if len(outcomes) == 0 {
			fmt.Fprintln(w, "there was nothing to do")
		}
	})
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
			return printOutcomes(&r, c, outcomes, "acknowledged")
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
			return printOutcomes(&r, c, outcomes, "reset")
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
		Args:  args(cobra.MaximumNArgs(1)),
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

When it returns with status 0, the event is durable.`,
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
				if err != nil {
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
			return r.print(c.OutOrStdout(), sent, func(w io.Writer) {
				if resolve {
					fmt.Fprintf(w, "%s resolved\n", sent.Identity)
					return
				}
				fmt.Fprintf(w, "%s is %s (%s)\n", sent.Identity, sent.Severity, ruleName(sent.Rule))
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

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func clip(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes-1]) + "…"
}
