package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// committed is a dashboard of the project's files.
type committed struct {
	UID, Title string
	Tags       []string
	JSON       json.RawMessage
}

// readDashboards reads the committed dashboards, anew each time: they may have
// been changed since.
func (s *site) readDashboards() ([]committed, error) {
	files, err := filepath.Glob(filepath.Join(s.boards, "*.json"))
	if err != nil {
		return nil, err
	}
	all := []committed{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		d := committed{JSON: text}
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("%s is no dashboard: %w", name, err)
		}
		if d.UID == "" {
			d.UID = strings.TrimSuffix(filepath.Base(name), ".json")
		}
		all = append(all, d)
	}
	return all, nil
}

func (h *host) dashboards(w http.ResponseWriter, _ *http.Request) {
	all, err := h.site.readDashboards()
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	list := []map[string]any{}
	for _, d := range all {
		list = append(list, map[string]any{"uid": d.UID, "title": d.Title, "tags": d.Tags, "url": "/d/" + d.UID, "type": "dash-db"})
	}
	reply(w, http.StatusOK, list)
}

func (h *host) dashboard(w http.ResponseWriter, r *http.Request) {
	all, err := h.site.readDashboards()
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	uid := r.PathValue("uid")
	names := []string{}
	for _, d := range all {
		if d.UID == uid {
			reply(w, http.StatusOK, map[string]any{"dashboard": d.JSON, "meta": map[string]any{"url": "/d/" + uid, "provisioned": true}})
			return
		}
		names = append(names, d.UID)
	}
	fail(w, http.StatusNotFound, fmt.Sprintf("there is no dashboard %q in %s; there are: %s", uid, h.site.boards, strings.Join(names, ", ")))
}
