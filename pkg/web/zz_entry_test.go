package web

import "github.com/andonhq/andon/pkg/alert"

func alertEntry() alert.Entry {
	return alert.Entry{At: noon, Kind: alert.Recorded, Identity: "mail/x/<a@b>", Receiver: "mail", Severity: "record", Note: "severity record", Labels: labels("subject", "[情報] バックアップ完了 it's \"ok\"", "from", "backup@monitor.example.jp", "to", "alerts@in.example.com"), Original: japaneseMail}
}
