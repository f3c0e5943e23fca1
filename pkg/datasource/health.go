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
	"github.com/andonhq/andon/pkg/text"
)

// CheckHealth tries each capability by itself. The data source is healthy when
// it can do something: rights for metrics alone are enough for one that shows
// metrics alone. What is missing is named, in the message and, for the settings
// page, in the details. Grafana does not say who asks: the details hold the whole
// in Japanese, too, which the front end shows to those who read it.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if err := d.ready(); err != nil && !d.noAWS {
		return result(backend.HealthStatusError, err.Error(), details{Japanese: inJapanese{Message: text.Japanese.Error(err)}})
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

// details are those of a health check, for the settings page.
type details struct {
	Capabilities []awsapi.Capability `json:"capabilities,omitempty"`
	Japanese     inJapanese          `json:"ja"`
}

// inJapanese is a health check in Japanese. Its message leaves to the capabilities
// what is wrong.
type inJapanese struct {
	Message      string              `json:"message"`
	Capabilities []awsapi.Capability `json:"capabilities,omitempty"`
}

func result(status backend.HealthStatus, message string, d details) (*backend.CheckHealthResult, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write the details of the health check: %w", err)
	}
	return &backend.CheckHealthResult{Status: status, Message: message, JSONDetails: body}, nil
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
	status, sum, message := backend.HealthStatusOk, text.Of("health.none_passed"), ""
	switch {
	case len(wrong) == 0 && len(all) == 1:
		sum = text.Of("health.passed")
		message = sum.String()
	case len(wrong) == 0:
		sum = text.Of("health.all_passed", len(all))
		message = sum.String()
	case works > 0:
		sum = text.Of("health.some_passed", len(all)-len(wrong), len(all))
		message = sum.String() + " Not available: " + strings.Join(wrong, "; ")
	default:
		status, message = backend.HealthStatusError, strings.Join(wrong, "; ")
	}
	if len(mind) > 0 {
		message = strings.TrimSuffix(message, ".") + ". But mind: " + strings.Join(mind, "; ")
	}
	ja := inJapanese{Message: sum.In(text.Japanese)}
	for _, c := range all {
		ja.Capabilities = append(ja.Capabilities, c.In(text.Japanese))
	}
	return result(status, message, details{all, ja})
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
