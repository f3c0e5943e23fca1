package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower"
)

// maxExplained is how long a file may be: that of the largest request.
const maxExplained = receive.MaxBody

func explainCommand() *cobra.Command {
	var file, name string
	c := &cobra.Command{
		Use:   "explain FILE",
		Short: "Tell what becomes of a message: which rule decides, what each tower shows",
		Long: `explain reads a message from a file (- for standard input) as a receiver would:
an Alertmanager or Grafana webhook body, an Amazon SNS body, a CloudWatch alarm, or a mail
(.eml). It tells which rule decides and why those before it did not, and what
each tower would show if nothing else were open. No bridge needs to run, and
nothing is sent.

A real delivery is proven by a signature or a token; a file is believed. A mail
counts as DMARC PASS.

  andon explain --receiver mail failure.eml`,
		Args: one("name a file with a message: what a sender posted, an SNS message, a mail (.eml); - reads standard input"),
		RunE: func(c *cobra.Command, a []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			r, err := receiverNamed(cfg, name)
			if err != nil {
				return usageError{err}
			}
			body, err := readMessage(c.InOrStdin(), a[0])
			if err != nil {
				return usageError{err}
			}
			x, err := receive.Explain(r, body, time.Now())
			if err != nil {
				return usageError{notTaken(cfg, r, a[0], body, err)}
			}
			explain(c.OutOrStdout(), cfg, r.Name, x, time.Now())
			return nil
		},
	}
	c.Flags().StringVar(&file, "config", defaultConfig, "configuration `file`")
	c.Flags().StringVar(&name, "receiver", "", "`name` of the receiver that would take it (may be left out where there is one only)")
	return c
}

func receiverNamed(cfg *bridge.Config, name string) (receive.Config, error) {
	var names []string
	for _, r := range cfg.Receivers {
		if r.Name == name || (name == "" && len(cfg.Receivers) == 1) {
			return r, nil
		}
		names = append(names, r.Name)
	}
	if len(names) == 0 {
		return receive.Config{}, fmt.Errorf("%s has no receivers", cfg.File)
	}
	what := fmt.Sprintf("there is no receiver %q", name)
	if name == "" {
		what = "say which receiver would take it"
	}
	return receive.Config{}, fmt.Errorf("%s: --receiver %s", what, strings.Join(names, ", "))
}

// notTaken says why a file is not what a receiver takes, and which receiver
// may.
func notTaken(cfg *bridge.Config, r receive.Config, file string, body []byte, err error) error {
	if trimmed := bytes.TrimSpace(body); r.Alertmanager == nil || (len(trimmed) > 0 && trimmed[0] == '{') {
		return fmt.Errorf("%s is not what receiver %s takes: %w", file, r.Name, err)
	}
	var names []string
	for _, other := range cfg.Receivers {
		if other.Mail != nil {
			names = append(names, "--receiver "+other.Name)
		}
	}
	hint := "a receiver with a section mail would take it"
	if len(names) > 0 {
		hint = "use " + strings.Join(names, " or ")
	}
	return fmt.Errorf("%s is no Alertmanager body, which receiver %s takes: it is no JSON. If it is a mail: %s", file, r.Name, hint)
}

func readMessage(stdin io.Reader, file string) (_ []byte, err error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, maxExplained+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", file, err)
	case len(body) > maxExplained:
		return nil, fmt.Errorf("%s is longer than %d MiB, the most that a receiver takes", file, maxExplained>>20)
	case len(body) == 0:
		return nil, errors.New(file + " is empty")
	}
	return body, nil
}

// explain prints what becomes of a message.
func explain(w io.Writer, cfg *bridge.Config, receiver string, x receive.Explanation, now time.Time) {
	fmt.Fprintf(w, "%s, taken by receiver %s\n", x.Kind, receiver)
	for _, a := range x.Assumed {
		fmt.Fprintf(w, "assumed: %s\n", a)
	}
	for _, r := range x.Refusals {
		fmt.Fprintf(w, "refused (%s): %s\n", r.Reason, r.Detail)
	}
	for _, e := range x.Batch.Records {
		if !slices.ContainsFunc(x.Refusals, func(r receive.Refusal) bool { return r.Detail == e.Note }) {
			fmt.Fprintf(w, "kept on record only: %s\n", e.Note)
		}
	}
	if x.Batch.Truncated > 0 {
		fmt.Fprintf(w, "the sender left out %d alerts (max_alerts): the bridge raises %s\n", x.Batch.Truncated, bridge.AlertsTruncated)
	}
	rules := cfg.NewRules()
	for i, e := range x.Batch.Events {
		fmt.Fprintf(w, "\nevent %d of %d: %s\n", i+1, len(x.Batch.Events), e.Status)
		explainEvent(w, cfg, rules, e, now)
	}
}

func explainEvent(w io.Writer, cfg *bridge.Config, rules *classify.Rules, e alert.Event, now time.Time) {
	d, steps := rules.Explain(e)
	fmt.Fprintln(w, "  labels:")
	for _, l := range d.Labels {
		fmt.Fprintf(w, "    %s = %s\n", l.Name, clip(l.Value, 200))
	}
	if d.Heartbeat > 0 {
		fmt.Fprintf(w, "  a heartbeat (%s): it opens nothing, its absence is the alarm\n", rules.Heartbeats()[d.Heartbeat-1].Name())
		return
	}
	fmt.Fprintln(w, "  rules:")
	for _, s := range steps {
		switch s.Outcome {
		case classify.Missed:
			fmt.Fprintf(w, "    %s: no, %s does not hold: it is %q\n", s.Rule, s.Failed, s.Value)
		case classify.Continued:
			fmt.Fprintf(w, "    %s: yes, adds labels and goes on\n", s.Rule)
		case classify.Recovered:
			fmt.Fprintf(w, "    %s: yes, this is the recovery of its alert\n", s.Rule)
		default:
			fmt.Fprintf(w, "    %s: yes, it decides\n", s.Rule)
		}
	}
	if d.Rule == "" {
		fmt.Fprintln(w, "    no rule matched: the receiver's default decides")
	}
	fmt.Fprintf(w, "  identity: %s\n", d.Identity)
	switch d.Status {
	case alert.Resolved:
		fmt.Fprintln(w, "  it ends that alert where it is open, and opens nothing")
		return
	case alert.Note:
		fmt.Fprintln(w, "  neither failure nor recovery: it opens nothing and ends nothing; an open alert shows it as a note")
		return
	}
	fmt.Fprintf(w, "  severity: %s\n", d.Severity)
	if d.Severity == alert.Record {
		fmt.Fprintln(w, "  kept on record, lights nothing")
		return
	}
	fmt.Fprintf(w, "  sequence: %s\n", d.Sequence)
	if d.Expire > 0 {
		after := "turns stale while nobody has acknowledged it"
		if d.ExpireEnds {
			after = "ends"
		}
		fmt.Fprintf(w, "  after %s without news it %s\n", d.Expire, after)
	}
	a, _ := board.Step(nil, e, d, now)
	fmt.Fprintln(w, "  towers, if nothing else were open:")
	for _, plan := range cfg.Plans {
		view := tower.NewView(plan)
		if !view.Update(nil, a) {
			fmt.Fprintf(w, "    %s: not its alert (match)\n", plan.Name)
			continue
		}
		state, next := tower.Desired(view, tower.Sounded{}, false, now)
		sound := ""
		if state.Buzzer != 0 && !next.IsZero() {
			sound = fmt.Sprintf(", the buzzer for %s", next.Sub(now))
		}
		fmt.Fprintf(w, "    %s: %s%s\n", plan.Name, state, sound)
	}
	if len(cfg.Plans) == 0 {
		fmt.Fprintln(w, "    none is configured")
	}
}
