package main

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"testing"
)

// action is what Grafana 12.2 takes of a cell's action. Source: the interface
// Action in packages/grafana-data/src/types/action.ts.
type action struct {
	Type         string `json:"type"`
	Title        string `json:"title"`
	Confirmation string `json:"confirmation"`
	OneClick     bool   `json:"oneClick"`
	Fetch        struct {
		Method      string      `json:"method"`
		URL         string      `json:"url"`
		Body        string      `json:"body"`
		QueryParams [][2]string `json:"queryParams"`
		Headers     [][2]string `json:"headers"`
	} `json:"fetch"`
}

// allowed is what docs/datasource.md has Grafana allow (actions_allow_post_url).
const allowed = "/api/datasources/uid/*/resources/andon/ack"

// The button of the monitoring room posts what the resource andon/ack takes, to
// where Grafana lets it, after a question.
func TestAcknowledgeAction(t *testing.T) {
	for _, l := range languages {
		found := 0
		for _, p := range room(l).Panels {
			if p.FieldConfig == nil {
				continue
			}
			for _, o := range p.FieldConfig.Overrides {
				for _, property := range o.Properties {
					if property.ID != "actions" {
						continue
					}
					found++
					checkAction(t, property.Value, o.Matcher.Options)
				}
			}
		}
		if found != 1 {
			t.Errorf("%s: %d columns have actions", l, found)
		}
	}
}

func checkAction(t *testing.T, value any, column string) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var actions []action
	if err := d.Decode(&actions); err != nil || len(actions) != 1 {
		t.Fatalf("%d actions, %v: %s", len(actions), err, text)
	}
	a := actions[0]
	url := regexp.MustCompile(`\$\{[a-z]+\}`).ReplaceAllString(a.Fetch.URL, "uid")
	if ok, err := path.Match(allowed, url); !ok || err != nil {
		t.Errorf("it posts to %s; Grafana is to allow %s", a.Fetch.URL, allowed)
	}
	if a.Type != "fetch" || a.Title == "" || a.Confirmation == "" || a.OneClick || a.Fetch.Method != "POST" {
		t.Errorf("%+v", a)
	}
	var body struct {
		Comment *string `json:"comment"`
	}
	if err := json.Unmarshal([]byte(a.Fetch.Body), &body); err != nil || body.Comment == nil {
		t.Errorf("body %s: %v", a.Fetch.Body, err)
	}
	want := [2]string{"identity", `${__data.fields["` + column + `"]}`}
	if column != "identity" || len(a.Fetch.QueryParams) != 1 || a.Fetch.QueryParams[0] != want {
		t.Errorf("parameters %v, want %v", a.Fetch.QueryParams, want)
	}
}
