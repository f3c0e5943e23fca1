package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

func towerCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "tower",
		Short: "List, read and test towers; run a virtual one",
		Args:  args(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(towerListCommand(), towerReadCommand(), towerTestCommand(), towerVirtualCommand())
	return c
}

func towerListCommand() *cobra.Command {
	var r remote
	c := &cobra.Command{
		Use:   "list",
		Short: "List the towers: what they should show, and what they show",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			cl, err := r.client()
			if err != nil {
				return err
			}
			towers, err := cl.Towers(c.Context())
			if err != nil {
				return err
			}
			heading := []string{"TOWER", "CONTACT", "LAST", "SHOULD SHOW", "SHOWS"}
			return printList(&r, c.OutOrStdout(), towers, "no tower is configured", heading, func(t client.Tower) []string {
				contact, shows := string(t.Contact), t.Shown.String()
				switch t.Contact {
				case lamp.Seen:
				case lamp.Lost: // the reason is long: it stands last
					shows = "unknown: " + t.Reason
				default:
					contact, shows = "not yet", "unknown"
				}
				last := "-"
				if !t.LastContact.IsZero() {
					last = clock(t.LastContact)
				}
				return []string{t.Name, contact, last, t.Desired.String(), shows}
			})
		},
	}
	return r.flags(c)
}

const nameTower = "name a tower, as `andon tower list` shows them"

func towerReadCommand() *cobra.Command {
	var r remote
	c := &cobra.Command{
		Use:   "read TOWER",
		Short: "Ask a tower what it shows",
		Args:  one(nameTower),
		RunE: func(c *cobra.Command, a []string) error {
			cl, err := r.client()
			if err != nil {
				return err
			}
			o, err := cl.ReadTower(c.Context(), a[0])
			if err != nil {
				return err
			}
			return r.print(c.OutOrStdout(), o, func(t *table) { t.line(o.State.String()) })
		},
	}
	return r.flags(c)
}

func towerTestCommand() *cobra.Command {
	var r remote
	c := &cobra.Command{
		Use:   "test TOWER",
		Short: "Light every unit of a tower and sound it for a moment",
		Args:  one(nameTower),
		RunE: func(c *cobra.Command, a []string) error {
			cl, err := r.client()
			if err != nil {
				return err
			}
			if err := cl.TestTower(c.Context(), a[0]); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s was tested: were all its lights on? It shows the board again.\n", a[0])
			return nil
		},
	}
	return r.flags(c)
}

func towerVirtualCommand() *cobra.Command {
	var cfg virtual.Config
	var tiers string
	var refuse, off bool
	c := &cobra.Command{
		Use:   "virtual",
		Short: "Run a virtual tower: real sockets, and a page that shows it",
		Long: `virtual runs a tower that exists on the screen only. It answers the real
protocols, so that a configuration can be tried before the tower is there; its
page shows it lit, flashing and sounding. What it is sent is logged.

  andon tower virtual --model NHV6 --http 127.0.0.1:8080
  andon tower virtual --model LA6-POE --tiers red,amber,green,blue,white --pns 127.0.0.1:10000 --http 127.0.0.1:8081`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			for _, name := range strings.Split(tiers, ",") {
				if name = strings.TrimSpace(name); name != "" {
					cfg.Tiers = append(cfg.Tiers, lamp.Unit(name))
				}
			}
			if cfg.HTTP == "" && cfg.PNS == "" {
				cfg.HTTP = "127.0.0.1:8080"
			}
			cfg.Log = slog.New(slog.DiscardHandler)
			t, err := virtual.Start(cfg)
			switch {
			case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EADDRNOTAVAIL):
				return err
			case err != nil:
				return usageError{err}
			}
			defer t.Close()
			t.SetRefuse(refuse)
			t.SetHTTPControlOff(off)
			out := c.OutOrStdout()
			if cfg.HTTP != "" {
				fmt.Fprintf(out, "virtual %s: http://%s/ (page and HTTP commands)\n", cfg.Model, t.HTTPAddr())
			}
			if cfg.PNS != "" {
				fmt.Fprintf(out, "virtual %s: PNS on %s (TCP and UDP)\n", cfg.Model, t.PNSAddr())
			}
			changes, cancel := t.Subscribe()
			defer cancel()
			for {
				select {
				case <-c.Context().Done():
					return nil
				case e, ok := <-changes:
					if !ok {
						return nil
					}
					fmt.Fprintf(out, "%s %s %s ← %s → %s: %s\n", e.At.Format(time.StampMilli), e.Protocol, e.From, e.Command, e.Reply, e.State)
				}
			}
		},
	}
	c.Flags().StringVar(&cfg.Model, "model", "NHV6", "model of the tower")
	c.Flags().StringVar(&cfg.HTTP, "http", "", "`address` for HTTP commands and the page (default 127.0.0.1:8080 where --pns is not given)")
	c.Flags().StringVar(&cfg.PNS, "pns", "", "`address` for PNS commands, TCP and UDP")
	c.Flags().StringVar(&tiers, "tiers", "", "`colours` of tier 1 to 5 of a model without fixed ones: red,amber,green,blue,white")
	c.Flags().BoolVar(&refuse, "refuse", false, "answer NAK to every command")
	c.Flags().BoolVar(&off, "http-control-off", false, "as a tower whose HTTP control is switched off: Error. [002]")
	return c
}
