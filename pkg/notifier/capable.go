package notifier

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/lamp"
)

// capable returns why a tower cannot show a state, every reason, as
// ErrRefused; nil where it can. A state that cannot be shown says nothing
// about the contact to the tower, so it is refused before the driver sees it.
func capable(c lamp.Capabilities, s lamp.State) error {
	var reasons []error
	for u := range s.Lights {
		p := s.Of(u)
		if p == lamp.Off {
			continue
		}
		if !slices.Contains(c.Units, u) {
			reasons = append(reasons, fmt.Errorf("unit %s: the tower has %s", u, list(c.Units)))
		} else if !slices.Contains(c.Patterns, p) {
			reasons = append(reasons, fmt.Errorf("%s: pattern %s: the tower has %s", u, p, list(c.Patterns)))
		}
	}
	if s.Buzzer < 0 || s.Buzzer > c.Buzzers {
		reasons = append(reasons, fmt.Errorf("buzzer %d: the tower has buzzer patterns 1 to %d", s.Buzzer, c.Buzzers))
	}
	if len(reasons) == 0 {
		return nil
	}
	slices.SortFunc(reasons, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return fmt.Errorf("%w: %w", ErrRefused, errors.Join(reasons...))
}

func list[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
