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

// The data sources, by the UIDs that the committed dashboards and alert rules
// name.
const (
	awsUID   = "andon-aws"
	boardUID = "andon-board"
)

// source is a data source's settings, in memory.
type source struct {
	id  int64
	uid string

	mu      sync.Mutex
	name    string
	json    json.RawMessage
	secrets map[string]string
	version int
	updated time.Time
}

// newSources are a data source that asks the fake AWS as its administrator, and
// one that shows the bridge's board alone. Where there is a bridge, both know it.
func newSources(aws, bridge, bridgeToken string) []*source {
	account := map[string]any{"name": "second", "roleArn": awsfake.SecondRole, "externalId": awsfake.ExternalID}
	cloud := map[string]any{
		"authType": "keys", "defaultRegion": awsfake.MainRegion, "endpoint": aws, "accounts": []any{account},
	}
	board := map[string]any{}
	keys, token := map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"}, map[string]string{}
	if bridge != "" {
		cloud["bridgeUrl"], board["bridgeUrl"] = bridge, bridge
		keys["bridgeToken"], token["bridgeToken"] = bridgeToken, bridgeToken
	}
	now := time.Now()
	return []*source{
		{id: 1, uid: awsUID, name: "AWS", version: 1, updated: now, json: settingsText(cloud), secrets: keys},
		{id: 2, uid: boardUID, name: "Andon", version: 1, updated: now, json: settingsText(board), secrets: token},
	}
}

func settingsText(v map[string]any) json.RawMessage {
	text, _ := json.Marshal(v) // texts and lists of them can be marshalled
	return text
}

// settings are what the plugin gets, secrets included.
func (s *source) settings() *backend.DataSourceInstanceSettings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &backend.DataSourceInstanceSettings{
		ID: s.id, UID: s.uid, Type: pluginID, Name: s.name, Updated: s.updated,
		JSONData: s.json, DecryptedSecureJSONData: maps.Clone(s.secrets),
	}
}

// published is the data source as a browser gets it: of secrets only whether
// they are set.
type published struct {
	ID               int64           `json:"id"`
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
		ID: s.id, UID: s.uid, OrgID: 1, Name: s.name, Type: pluginID, Access: "proxy", Version: s.version, IsDefault: s.uid == awsUID,
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

func (h *host) getSource(w http.ResponseWriter, _ *http.Request, s *source) {
	reply(w, http.StatusOK, s.public())
}

func (h *host) putSource(w http.ResponseWriter, r *http.Request, s *source) {
	if role := user(r).Role; role != "Admin" {
		fail(w, http.StatusForbidden, "saving a data source needs the role Admin, not "+role)
		return
	}
	var c change
	if !read(w, r, &c) {
		return
	}
	if err := s.save(c, time.Now()); err != nil {
		fail(w, http.StatusConflict, err.Error())
		return
	}
	p := s.public()
	reply(w, http.StatusOK, map[string]any{"datasource": p, "id": p.ID, "name": p.Name, "message": "Datasource updated"})
}
