package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/config"
)

const defaultConfig = "/etc/andon/andon.yaml"

// loadConfig reads a configuration; mistakes in it are mistakes of usage.
func loadConfig(file string) (*bridge.Config, error) {
	c, err := bridge.Load(file)
	var wrong *config.FileError
	if errors.As(err, &wrong) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, usageError{err}
	}
	return c, err
}

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a configuration file",
		Long: `check reads a configuration (default ` + defaultConfig + `) and prints all its
mistakes, each with file, line, column and field, what is wrong and what is
allowed. Notifiers are started for a moment to judge the settings of their
towers; no tower is contacted. Warnings do not change the exit status.

Exit status: 0 right; 2 wrong.`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, a []string) error {
			file := defaultConfig
			if len(a) > 0 {
				file = a[0]
			}
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			if _, err := cfg.CheckTowers(c.Context(), askNotifier); err != nil {
				return usageError{err}
			}
			if warnings := cfg.Warnings(); warnings != nil {
				fmt.Fprintf(c.OutOrStdout(), "warnings:\n%s\n", warnings)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is right: %d receivers, %d rules, %d towers\n", file, len(cfg.Receivers), len(cfg.Rules), len(cfg.Towers))
			return nil
		},
	}
}
