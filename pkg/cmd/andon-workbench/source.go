package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// pluginID is the plugin's id, as plugin.json has it.
const pluginID = "andonhq-andon-datasource"

// sourceUID is the one data source, by the UID that the provisioned dashboards
// and alert rules name.
const sourceUID = "andon-aws"

// source is the data source's settings, in memory.
type source struct {
	mu      sync.Mutex
	name    string
	json    json.RawMessage
	secrets map[string]string
	version int
	updated time.Time
}

// newSource is a data source that asks the fake AWS as its administrator.
func newSource(aws string) *source {
	text, _ := json.Marshal(map[string]any{ // texts can be marshalled
		"authType": "keys", "defaultRegion": awsfake.MainRegion, "endpoint": aws,
	})
	return &source{
		name: "Andon", json: text, version: 1, updated: time.Now(),
		secrets: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}
}

// connect adds a bridge to the settings.
func (s *source) connect(url, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var settings map[string]any
	if err := json.Unmarshal(s.json, &settings); err != nil {
		return fmt.Errorf("read the data source's settings: %w", err)
	}
	settings["bridgeUrl"] = url
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("write the data source's settings: %w", err)
	}
	s.json, s.secrets["bridgeToken"] = text, token
	return nil
}

// settings are what the plugin gets, secrets included.
func (s *source) settings() *backend.DataSourceInstanceSettings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &backend.DataSourceInstanceSettings{
		ID: 1, UID: sourceUID, Type: pluginID, Name: s.name, Updated: s.updated,
		JSONData: s.json, DecryptedSecureJSONData: maps.Clone(s.secrets),
	}
}

// published is the data source as a browser gets it: of secrets only whether
// they are set.
type published struct {
	ID               int             `json:"id"`
	UID              string          `json:"uid"`
	OrgID            int             `json:"orgId"`
	Name             string          `json:"name"`
	Type             string          `json:"type"`
	TypeLogoURL      string          `json:"typeLogoUrl"`
	Access           string          `json:"access"`
	URL              string          `json:"url"`
	User             string          `json:"user"`
	Database         string          `json:"database"`
	BasicAuth        bool            `json:"basicAuth"`
	BasicAuthUser    string          `json:"basicAuthUser"`
	WithCredentials  bool            `json:"withCredentials"`
	IsDefault        bool            `json:"isDefault"`
	JSONData         json.RawMessage `json:"jsonData"`
	SecureJSONFields map[string]bool `json:"secureJsonFields"`
	Version          int             `json:"version"`
	ReadOnly         bool            `json:"readOnly"`
}

func (s *source) public() published {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := published{
		ID: 1, UID: sourceUID, OrgID: 1, Name: s.name, Type: pluginID, Access: "proxy", Version: s.version, IsDefault: true,
		TypeLogoURL: "/public/plugins/" + pluginID + "/img/logo.svg",
		JSONData:    s.json, SecureJSONFields: map[string]bool{},
	}
	for k, v := range s.secrets {
		if v != "" {
			p.SecureJSONFields[k] = true
		}
	}
	return p
}

// change is what the config editor saves.
type change struct {
	Name           string            `json:"name"`
	JSONData       json.RawMessage   `json:"jsonData"`
	SecureJSONData map[string]string `json:"secureJsonData"`
	Version        int               `json:"version"`
}

// save takes a change as Grafana does: jsonData replaces what was there, a
// secret that is not named stays, an empty one is gone.
func (s *source) save(c change, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Version != 0 && c.Version != s.version {
		return fmt.Errorf("the data source was saved by somebody else meanwhile: version %d, not %d", s.version, c.Version)
	}
	s.json = c.JSONData
	if len(s.json) == 0 || string(s.json) == "null" {
		s.json = json.RawMessage("{}")
	}
	if c.Name != "" {
		s.name = c.Name
	}
	maps.Copy(s.secrets, c.SecureJSONData)
	s.version++
	s.updated = now // the plugin makes a new instance of itself when this changes
	return nil
}

func (h *host) getSource(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, h.source.public())
}

func (h *host) putSource(w http.ResponseWriter, r *http.Request) {
	if role := user(r).Role; role != "Admin" {
		fail(w, http.StatusForbidden, "saving a data source needs the role Admin, not "+role)
		return
	}
	var c change
	if !read(w, r, &c) {
		return
	}
	if err := h.source.save(c, time.Now()); err != nil {
		fail(w, http.StatusConflict, err.Error())
		return
	}
	p := h.source.public()
	reply(w, http.StatusOK, map[string]any{"datasource": p, "id": p.ID, "name": p.Name, "message": "Datasource updated"})
}
