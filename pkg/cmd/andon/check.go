package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/lamp"
)

const defaultConfig = "/etc/andon/andon.yaml"

// loadConfig reads a configuration, and none of the files it names; mistakes
// in it are mistakes of usage.
func loadConfig(file string) (*bridge.Config, error) {
	c, err := bridge.Load(file)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// checkConfig reads a configuration and judges all of it. It returns what the
// towers can show, by name.
func checkConfig(ctx context.Context, file string) (*bridge.Config, map[string]lamp.Capabilities, error) {
	c, can, err := bridge.Check(ctx, file, askNotifier)
	if err != nil {
		return nil, nil, usageError{err}
	}
	return c, can, nil
}

func checkCommand() *cobra.Command {
	var strict bool
	c := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a configuration file",
		Long: `check reads a configuration (default ` + defaultConfig + `) and prints all its
mistakes, each with file, line, column and field, what is wrong and what is
allowed. The files that it names are read too: run it as the user that andon
runs as. Notifiers are started for a moment to judge the settings of their
towers; no tower is contacted.

Warnings name what is allowed and may yet surprise; with --strict they count as
mistakes.

Exit status: 0 right; 2 wrong.`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, a []string) error {
			file := defaultConfig
			if len(a) > 0 {
				file = a[0]
			}
			cfg, _, err := checkConfig(c.Context(), file)
			if err != nil {
				return err
			}
			if warnings := cfg.Warnings(); warnings != nil {
				fmt.Fprintf(c.OutOrStdout(), "warnings:\n%s\n", warnings)
				var found *config.FileError
				if strict && errors.As(warnings, &found) {
					return usageError{fmt.Errorf("%s: %s, which --strict does not allow", file, counted(len(found.Problems), "warning"))}
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is right: %s, %s, %s\n", file,
				counted(len(cfg.Receivers), "receiver"), counted(len(cfg.Rules), "rule"), counted(len(cfg.Towers), "tower"))
			return nil
		},
	}
	c.Flags().BoolVar(&strict, "strict", false, "take warnings for mistakes")
	return c
}
