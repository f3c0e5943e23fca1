package query

import (
	"cmp"

	"github.com/andonhq/andon/pkg/text"
)

// Language is that of a query's reader, by the field language of its JSON: en
// (where it is absent or empty) or ja. In it are notices, errors and what the
// inspector shows; never names that dashboards and alert rules go by. The front
// end adds the field from Grafana's language of the user. What an alert rule is
// told goes to nobody in particular, and is English.
func Language(q Query) (text.Lang, error) {
	var head struct {
		Language string `json:"language"`
	}
	if err := Decode(q, &head); err != nil {
		return text.English, err
	}
	var known []string
	for _, l := range text.Langs {
		if l.Tag() == cmp.Or(head.Language, text.English.Tag()) {
			if q.Alert {
				l = text.English
			}
			return l, nil
		}
		known = append(known, l.Tag())
	}
	return text.English, OneOf("language", head.Language, known...)
}
