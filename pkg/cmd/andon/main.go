// Command andon is the bridge: the daemon (serve) and its command line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version and commit are stamped at a release.
var (
	version = "0.1.0-dev"
	commit  = ""
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	os.Exit(report(os.Stderr, err))
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "andon",
		Short: "Sorts alerts into severities and shows them on signal towers",
		Long: about() + `
  andon serve --config /etc/andon/andon.yaml     the daemon
  andon check /etc/andon/andon.yaml              is the configuration right?
  andon explain --receiver mail failure.eml      which rule decides, what lights?
  andon alerts                                   what is open
  andon ack --all --comment "on it"              I have it: buzzer off, light steady

Commands that talk to a running bridge use --url (ANDON_URL, default
` + defaultURL + `) and --token-file (ANDON_TOKEN_FILE).

Exit status: 0 done; 1 it was tried and did not work, or --match met no alert;
2 the command line or the configuration is wrong.`,
		Args:          knownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version,
	}
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nSee %s --help", err, c.CommandPath())}
	})
	c.CompletionOptions.HiddenDefaultCmd = true
	c.AddCommand(serveCommand(), checkCommand(), explainCommand(), sendCommand(), alertsCommand(), historyCommand(),
		ackCommand(), resetCommand(), buzzerStopCommand(), towerCommand(), versionCommand())
	return c
}

const (
	aboutEnglish = `andon takes alerts from Prometheus Alertmanager, Grafana, Amazon SNS (pushed, or
pulled through SQS), monitoring mail that Amazon SES received (of Zabbix, for
example) and andon send, sorts them by rules into severities that were fixed
beforehand, keeps the board of what is open, and shows it on signal towers.
`
	aboutJapanese = `andon は Prometheus Alertmanager、Grafana、Amazon SNS(プッシュ、または SQS から
取得)、Amazon SES が受信した監視メール(Zabbix など)、andon send からアラートを
受け取り、あらかじめ決めた重大度にルールで振り分けます。発生中のアラートの一覧
(ボード)を保ち、信号灯に表示します。
`
)

// about is the first paragraph of the help, in the language of the locale.
func about() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} { // in the order of POSIX
		if locale := os.Getenv(name); locale != "" {
			if strings.HasPrefix(locale, "ja") {
				return aboutJapanese
			}
			break
		}
	}
	return aboutEnglish
}

// knownCommand is reached with arguments only where they name no command.
func knownCommand(c *cobra.Command, a []string) error {
	if len(a) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	hint := ""
	if near := c.SuggestionsFor(a[0]); len(near) > 0 {
		hint = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError{fmt.Errorf("unknown command %q%s\nSee %s --help", a[0], hint, c.CommandPath())}
}

// args makes a wrong number of arguments a mistake of usage.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if err := check(c, a); err != nil {
			return usageError{fmt.Errorf("%w\nSee %s --help", err, c.CommandPath())}
		}
		return nil
	}
}

// one wants a single argument: missing says what to name, and where to find it.
func one(missing string) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if len(a) == 0 {
			return usageError{fmt.Errorf("%s\nSee %s --help", missing, c.CommandPath())}
		}
		return atMostOne(c, a)
	}
}

func atMostOne(c *cobra.Command, a []string) error {
	if len(a) > 1 {
		return usageError{fmt.Errorf("one at a time: %s takes no %q besides %q\nSee %s --help", c.CommandPath(), a[1], a[0], c.CommandPath())}
	}
	return nil
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  args(cobra.NoArgs),
		Run: func(c *cobra.Command, _ []string) {
			revision := ""
			if commit != "" {
				revision = " " + commit
			} else if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = " " + s.Value
					}
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "andon %s%s %s %s/%s\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
