package datasource

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
)

// CheckHealth tries each capability by itself. The data source is healthy when
// it can do something: rights for metrics alone are enough for one that shows
// metrics alone. What is missing is named, in the message and, for the settings
// page, in the details.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if err := d.ready(); err != nil && !d.noAWS {
		return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: err.Error()}, nil
	}
	var all []awsapi.Capability
	var bridge sync.WaitGroup
	var board awsapi.Capability
	if d.bridge.Set() {
		bridge.Go(func() { board = d.bridge.Check(ctx) })
	}
	if !d.noAWS {
		all = d.sessions.Check(ctx)
	}
	bridge.Wait()
	if d.bridge.Set() {
		all = append(all, board)
	}
	return report(all)
}

// namesAWS reports whether settings say anything of AWS.
func namesAWS(s backend.DataSourceInstanceSettings) bool {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(s.JSONData, &fields); err != nil {
		return true // awsapi tells what is wrong
	}
	for name, value := range fields {
		switch strings.ToLower(name) {
		case "authtype", "profile", "assumerolearn", "externalid", "defaultregion", "endpoint", "endpoints", "accounts":
			if !slices.Contains([]string{`""`, "null", "{}", "[]"}, string(value)) {
				return true
			}
		}
	}
	return s.Database != "" || s.DecryptedSecureJSONData["accessKey"] != ""
}

// report makes one answer of all findings. What works and has a hint all the same
// is told, and spoils nothing.
func report(all []awsapi.Capability) (*backend.CheckHealthResult, error) {
	var works int
	var wrong, mind []string
	for _, c := range all {
		if c.OK {
			if c.Hint != "" {
				mind = append(mind, describe(c))
			}
			if c.Name != "credentials" {
				works++
			}
			continue
		}
		wrong = append(wrong, describe(c))
	}
	details, err := json.Marshal(map[string]any{"capabilities": all})
	if err != nil {
		return nil, fmt.Errorf("write the details of the health check: %w", err)
	}
	r := &backend.CheckHealthResult{Status: backend.HealthStatusOk, JSONDetails: details}
	switch {
	case len(wrong) == 0 && len(all) == 1:
		r.Message = "The check passed."
	case len(wrong) == 0:
		r.Message = fmt.Sprintf("All %d checks passed.", len(all))
	case works > 0:
		r.Message = fmt.Sprintf("%d of %d checks passed. Not available: %s", len(all)-len(wrong), len(all), strings.Join(wrong, "; "))
	default:
		r.Status = backend.HealthStatusError
		r.Message = strings.Join(wrong, "; ")
	}
	if len(mind) > 0 {
		r.Message = strings.TrimSuffix(r.Message, ".") + ". But mind: " + strings.Join(mind, "; ")
	}
	return r, nil
}

func describe(c awsapi.Capability) string {
	name := c.Name
	if c.Account != "" {
		name = c.Account + ": " + name
	}
	var why string
	switch {
	case c.OK:
		return name + ": " + c.Hint
	case c.MissingPermission != "":
		why = "permission " + c.MissingPermission + " is missing"
	default:
		why = c.Error
	}
	if c.Hint != "" {
		why += " (" + c.Hint + ")"
	}
	return name + ": " + why
}
