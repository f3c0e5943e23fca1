package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

//go:embed andon.yaml
var configuration string

// The towers.
const (
	opsRoom = "ops-room"
	hall    = "hall"
)

const (
	topic             = "arn:aws:sns:ap-northeast-1:123456789012:received-mail"
	alertmanagerToken = "alertmanager-secret"
	grafanaToken      = "grafana-secret"
	// The user who logs in at the page.
	user, password = "demo", "demo"
)

// stage is everything that runs: Alertmanager, the bridge with its notifier,
// and the towers, in a folder of their own.
type stage struct {
	dir          string
	bin          rig.Binaries
	towers       []*virtual.Tower
	witnesses    []*witness
	bridge       *rig.Bridge
	alertmanager *rig.Alertmanager
	sns          *rig.SNS
	workbench    *workbench // nil where there is no front end to show
	without      error      // why it could not be started
	log          *os.File
	now          func() time.Time
	// started is when the bridge was started.
	started time.Time
}

// newStage starts everything. What it returns has to be stopped, also where
// there is an error.
func newStage(ctx context.Context, bin rig.Binaries, now func() time.Time) (*stage, error) {
	s := &stage{bin: bin, now: now}
	var err error
	if s.dir, err = os.MkdirTemp("", "andon-demo-"); err != nil {
		return s, fmt.Errorf("make a folder: %w", err)
	}
	for _, start := range []func(context.Context) error{s.startTowers, s.startBridge, s.startAlertmanager} {
		if err := start(ctx); err != nil {
			return s, err
		}
	}
	// The story needs no page to try a query.
	s.without = s.startWorkbench(ctx)
	return s, ctx.Err()
}

func (s *stage) startTowers(context.Context) error {
	var err error
	if s.log, err = os.OpenFile(filepath.Join(s.dir, "towers.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return fmt.Errorf("open the towers' log: %w", err)
	}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	const free = "127.0.0.1:0"
	for _, t := range []struct {
		name string
		virtual.Config
	}{
		{opsRoom, virtual.Config{Model: "NHV6", HTTP: free}},
		{hall, virtual.Config{Model: "LA6-POE", Tiers: lamp.Units, PNS: free, HTTP: free}},
	} {
		t.Clock, t.Log = s.now, log.With("tower", t.name)
		tower, err := virtual.Start(t.Config)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		s.towers = append(s.towers, tower)
		s.witnesses = append(s.witnesses, newWitness(t.name, tower))
	}
	return nil
}

func (s *stage) startBridge(ctx context.Context) error {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	if s.sns, err = rig.NewSNS(topic, filepath.Join(s.dir, "sns.pem")); err != nil {
		return err
	}
	for name, token := range map[string]string{"alertmanager-token": alertmanagerToken, "grafana-token": grafanaToken} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(token+"\n"), 0o600); err != nil {
			return fmt.Errorf("write a token: %w", err)
		}
	}
	text := strings.NewReplacer("{{topic}}", topic, "{{demo_hash}}", string(hash),
		"{{ops-room}}", s.towers[0].HTTPAddr(), "{{hall}}", s.towers[1].PNSAddr()).Replace(configuration)
	return onFreePort(func() error {
		if s.bridge, err = rig.NewBridge(s.bin, s.dir, text); err != nil {
			return err
		}
		s.started = s.now()
		return s.bridge.Start(ctx)
	})
}

func (s *stage) startAlertmanager(ctx context.Context) error {
	return onFreePort(func() error {
		var err error
		webhook := s.bridge.URL + "/receive/alertmanager"
		if s.alertmanager, err = rig.NewAlertmanager(s.bin, s.dir, webhook, alertmanagerToken); err != nil {
			return err
		}
		return s.alertmanager.Start(ctx)
	})
}

// onFreePort starts a program, again where somebody else took the port that
// was free a moment before.
func onFreePort(start func() error) error {
	var err error
	for range 3 {
		if err = start(); err == nil || !strings.Contains(err.Error(), "address already in use") {
			return err
		}
	}
	return err
}

// errEnded tells that a program which should run does so no more.
var errEnded = errors.New("has ended by itself")

// whileUp returns a context that ends where a program ends that should run,
// which is then its cause. end must be called.
func (s *stage) whileUp(ctx context.Context) (up context.Context, end func()) {
	up, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	for _, p := range []*rig.Process{s.bridge.Process, s.alertmanager.Process} {
		watching.Go(func() {
			select {
			case <-up.Done():
			case <-p.Done():
				cancel(fmt.Errorf("%s %w", p.Name, errEnded))
			}
		})
	}
	return up, func() {
		cancel(nil)
		watching.Wait()
	}
}

// stop stops everything in order: who sends, who decides, who shows.
func (s *stage) stop() error {
	var errs []error
	if s.workbench != nil {
		errs = append(errs, s.workbench.Stop())
	}
	if s.alertmanager != nil && s.alertmanager.Process != nil {
		errs = append(errs, s.alertmanager.Stop())
	}
	if s.bridge != nil && s.bridge.Process != nil {
		errs = append(errs, s.bridge.Stop())
	}
	for _, t := range s.towers {
		errs = append(errs, t.Close())
	}
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	return errors.Join(errs...)
}

// remove removes the folder.
func (s *stage) remove() error {
	if s.dir == "" {
		return nil
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("remove the demo's folder: %w", err)
	}
	return nil
}

// mail delivers a mail as Amazon SES and SNS do.
func (s *stage) mail(ctx context.Context, subject, text string) error {
	now := s.now()
	message, err := rig.ReceivedMail(rig.Mail{From: "alert@monitor.example.jp", Subject: subject, Text: text, At: now})
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	body, err := s.sns.Notification("Amazon SES Email Receipt Notification", message, now)
	if err != nil {
		return fmt.Errorf("write an SNS message: %w", err)
	}
	status, answer, err := rig.Post(ctx, s.bridge.URL+"/receive/mail", "", body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, answer)
	}
	if err != nil {
		return fmt.Errorf("deliver a mail: %w", err)
	}
	return nil
}

// reached reports whether the bridge is in contact with all towers.
func (s *stage) reached(ctx context.Context) (bool, error) {
	towers, err := s.bridge.Client.Towers(ctx)
	all := len(towers) == len(s.towers)
	for _, t := range towers {
		all = all && t.Contact == lamp.Seen
	}
	return all, err
}

// received is how many events of a receiver the bridge has made durable, by
// its metrics.
func (s *stage) received(ctx context.Context, receiver string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.bridge.URL+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("read the bridge's metrics: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", resp.Status)
	}
	if err != nil {
		return 0, fmt.Errorf("read the bridge's metrics: %w", err)
	}
	name := []byte(`andon_received_events_total{receiver="` + receiver + `"} `)
	for line := range bytes.Lines(body) {
		if value, ok := bytes.CutPrefix(line, name); ok {
			return strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	return 0, nil // nothing has come yet
}
