package logs

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// levels are the words of logging libraries, by the names that Grafana colours.
var levels = map[string]string{
	"emerg": "critical", "emergency": "critical", "alert": "critical", "crit": "critical", "critical": "critical", "fatal": "critical", "panic": "critical",
	"err": "error", "error": "error", "severe": "error",
	"warn": "warning", "warning": "warning",
	"info": "info", "information": "info", "informational": "info", "notice": "info",
	"debug": "debug", "fine": "debug", "verbose": "debug",
	"trace": "trace", "finest": "trace",
}

// levelFields are the names under which a structured event has its level.
var levelFields = []string{"level", "severity", "lvl", "loglevel", "log_level", "log.level", "severitytext", "severity_text"}

var (
	levelPair = regexp.MustCompile(`(?i)\b(?:level|lvl|severity|loglevel)["']?\s*[=:]\s*["']?([a-z]+)`)
	// In running text only what is written as a level: in capitals, or in brackets.
	levelWord = regexp.MustCompile(`\b(EMERG|EMERGENCY|CRIT|CRITICAL|FATAL|PANIC|ERR|ERROR|SEVERE|WARN|WARNING|NOTICE|INFO|DEBUG|TRACE)\b|\[(?i:(emerg|alert|crit|critical|fatal|error|warn|warning|notice|info|debug|trace))\]`)
)

// levelWithin is how far into a line its level is looked for.
const levelWithin = 300

// severity is the level of a log event: from its fields, or from the text as far
// as that says so; empty where nothing does.
func severity(labels map[string]string, body string) string {
	if s := levelOf(labels, func(v string) string { return v }); s != "" {
		return s
	}
	if strings.HasPrefix(strings.TrimSpace(body), "{") {
		var fields map[string]any
		if json.Unmarshal([]byte(body), &fields) == nil {
			return levelOf(fields, func(v any) string { text, _ := v.(string); return text })
		}
	}
	head := body[:min(len(body), levelWithin)]
	if m := levelPair.FindStringSubmatch(head); m != nil && levels[strings.ToLower(m[1])] != "" {
		return levels[strings.ToLower(m[1])]
	}
	if m := levelWord.FindStringSubmatch(head); m != nil {
		return levels[strings.ToLower(m[1]+m[2])]
	}
	return ""
}

func levelOf[V any](fields map[string]V, text func(V) string) string {
	best, level := len(levelFields), ""
	for k, v := range fields {
		rank := slices.Index(levelFields, strings.ToLower(k))
		if s := levels[strings.ToLower(text(v))]; s != "" && rank >= 0 && rank < best {
			best, level = rank, s
		}
	}
	return level
}
