package query

import (
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/text"
)

func TestLanguage(t *testing.T) {
	for _, tt := range []struct {
		json  string
		alert bool
		want  text.Lang
		wrong string
	}{
		{`{}`, false, text.English, ""},
		{`{"language":""}`, false, text.English, ""},
		{`{"language":"en"}`, false, text.English, ""},
		{`{"language":"ja"}`, false, text.Japanese, ""},
		{`{"language":"ja"}`, true, text.English, ""},
		{`{"dimensions":{"language":"ja"}}`, false, text.English, ""},
		{`{"language":"fr"}`, false, text.English, `language: "fr" is not known; allowed: en, ja`},
		{`{"language":"fr"}`, true, text.English, `language: "fr" is not known; allowed: en, ja`},
		{`{"language":5}`, false, text.English, "language: is a JSON number, not a string"},
	} {
		got, err := Language(Query{JSON: []byte(tt.json), Alert: tt.alert})
		if got != tt.want || (err == nil) != (tt.wrong == "") || err != nil && !strings.HasPrefix(err.Error(), tt.wrong) {
			t.Errorf("%s: %s, %v", tt.json, got.Tag(), err)
		}
	}
}
