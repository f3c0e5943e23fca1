package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api/client"
)

const defaultURL = client.DefaultURL

// remote is how a command reaches a running bridge.
type remote struct {
	url, tokenFile string
	asJSON         bool
}

// flags adds --url, --token-file and --json to a command.
func (r *remote) flags(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&r.url, "url", orEnv("ANDON_URL", defaultURL), "`URL` of the bridge (ANDON_URL)")
	c.Flags().StringVar(&r.tokenFile, "token-file", os.Getenv("ANDON_TOKEN_FILE"), "`file` with the user's token (ANDON_TOKEN_FILE)")
	c.Flags().BoolVar(&r.asJSON, "json", false, "print JSON")
	return c
}

func orEnv(name, value string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return value
}

func (r *remote) client() (*client.Client, error) {
	token := ""
	if r.tokenFile != "" {
		var err error
		if token, err = access.ReadSecret(r.tokenFile); err != nil {
			return nil, usageError{fmt.Errorf("read token: %w", err)}
		}
	}
	c, err := client.New(r.url, token, nil)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// print writes a value as JSON, or as the function puts it into a table.
func (r *remote) print(w io.Writer, v any, text func(*table)) error {
	if r.asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	var t table
	text(&t)
	return t.writeTo(w)
}

// printList writes a list, as a table with a heading or as what is said of none.
func printList[T any](r *remote, w io.Writer, list []T, none string, heading []string, cells func(T) []string) error {
	return r.print(w, list, func(t *table) {
		if len(list) == 0 && none != "" {
			t.line(none)
			return
		}
		t.row(heading...)
		for _, x := range list {
			t.row(cells(x)...)
		}
	})
}

// clock is a moment as lists show it.
func clock(t time.Time) string { return t.Local().Format("01-02 15:04:05") }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
