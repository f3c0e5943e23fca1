package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// workbench is the data source's front end in a page of its own, on a fake AWS
// and on this stage's board.
type workbench struct {
	*rig.Process
	url string
}

// startWorkbench starts it where ANDON_WORKBENCH names the project's folder, in
// which the front end is built.
func (s *stage) startWorkbench(ctx context.Context) error {
	root := os.Getenv("ANDON_WORKBENCH")
	if root == "" {
		return nil
	}
	return onFreePort(func() error {
		address, err := rig.FreeAddress()
		if err != nil {
			return err
		}
		p, err := rig.Start(s.dir, "workbench", filepath.Join(filepath.Dir(s.bin.Andon), "andon-workbench"), nil,
			"-listen", address, "-root", root, "-board", s.bridge.URL, "-board-token-file", filepath.Join(s.dir, "grafana-token"))
		if err != nil {
			return err
		}
		w := &workbench{p, "http://" + address}
		err = rig.Until(ctx, "the workbench answers", func() bool {
			select {
			case <-p.Done():
				return true
			default:
				return w.answers(ctx)
			}
		})
		if err == nil && !w.answers(ctx) {
			err = fmt.Errorf("the workbench has ended: %s", p.Output())
		}
		if err != nil {
			p.Kill()
			return err
		}
		s.workbench = w
		return nil
	})
}

func (w *workbench) answers(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}
