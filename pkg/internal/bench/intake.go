package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// configuration is a bridge with one Alertmanager receiver; more is appended.
const configuration = `listeners: [{address: "{{address}}", serve: [receive, api, metrics]}]
users: [{name: bench, token_file: "{{dir}}/operator-token", role: admin}]
journal: {path: "{{dir}}/andon.db"}
receivers: [{name: am, authorization: {token_file: "{{dir}}/am-token"}, alertmanager: {}}]
rules:
  - {name: probe, match: ['alertname="Probe"'], severity: critical}
  - {name: load, match: ['job="load"'], severity: info}
`

const token = "bench-secret"

// start starts a bridge in a folder.
func (b *bench) start(ctx context.Context, dir, more string) (*rig.Bridge, error) {
	if err := os.WriteFile(filepath.Join(dir, "am-token"), []byte(token), 0o600); err != nil {
		return nil, err
	}
	br, err := rig.NewBridge(b.bin, dir, configuration+more)
	if err != nil {
		return nil, err
	}
	return br, br.Start(ctx)
}

// body is an Alertmanager webhook body with n alerts that nobody has seen;
// first numbers them.
func body(first, n int, status string) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, `{"version":"4","groupKey":"{}:{alertname=\"Load\"}","truncatedAlerts":0,"status":%q,"receiver":"andon",`+
		`"groupLabels":{"alertname":"Load"},"commonLabels":{"alertname":"Load","job":"load"},"commonAnnotations":{},"externalURL":"http://am:9093","alerts":[`, status)
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
		}
		id := first + i
		ends := "0001-01-01T00:00:00Z"
		if status == "resolved" {
			ends = "2026-10-06T13:00:00Z"
		}
		fmt.Fprintf(&w, `{"status":%q,"labels":{"alertname":"Load","job":"load","instance":"host-%d.example.jp:9100","severity":"info","site":"tokyo","team":"ops"},`+
			`"annotations":{"summary":"the load of host-%d is above what was agreed upon for this time of day","runbook_url":"https://wiki.example.jp/runbooks/load-of-hosts-is-high"},`+
			`"startsAt":"2026-10-06T12:01:15.343Z","endsAt":%q,"generatorURL":"http://prometheus:9090/graph?g0.expr=load","fingerprint":"%016x"}`,
			status, id, id, ends, id+1)
	}
	w.WriteString("]}")
	return w.Bytes()
}

// poster posts bodies over its own connections.
type poster struct {
	client *http.Client
	url    string
}

func newPoster(br *rig.Bridge, connections int) *poster {
	return &poster{
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}},
		url:    br.URL + "/receive/am",
	}
}

func (p *poster) post(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	answer, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %s", resp.StatusCode, answer)
	}
	return nil
}

const intakeFor = 4 * time.Second

func intake(ctx context.Context, b *bench) error {
	for _, size := range []int{10, 1} {
		for _, senders := range []int{1, 16, 256} {
			if err := inFolder(func(dir string) error { return b.intakeOnce(ctx, dir, senders, size) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) intakeOnce(ctx context.Context, dir string, senders, size int) error {
	br, err := b.start(ctx, dir, "")
	if err != nil {
		return err
	}
	// The bodies are made beforehand, so that making them is not measured.
	bodies := make([][]byte, 160_000/size)
	for i := range bodies {
		bodies[i] = body(i*size, size, "firing")
	}
	p := newPoster(br, senders)
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var group sync.WaitGroup
	start := time.Now()
	for range senders {
		group.Go(func() {
			var mine []time.Duration
			for time.Since(start) < intakeFor {
				i := int(next.Add(1)) - 1
				if i >= len(bodies) {
					break
				}
				sent := time.Now()
				if err := p.post(ctx, bodies[i]); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				mine = append(mine, time.Since(sent))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		})
	}
	group.Wait()
	elapsed := time.Since(start)
	if failed != nil {
		return failed
	}
	slices.Sort(took)
	b.printf("%4d senders, batches of %2d: %7s alerts/s, answered in p50 %s p99 %s", senders, size,
		thousands(float64(len(took)*size)/elapsed.Seconds()), percentile(took, 0.5).Round(10*time.Microsecond), percentile(took, 0.99).Round(10*time.Microsecond))
	return br.Stop()
}

func thousands(f float64) string {
	s := strconv.Itoa(int(f))
	if len(s) > 3 {
		s = s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}
