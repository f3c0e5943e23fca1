package main

import "strings"

// language is that of the texts of a dashboard.
type language string

const (
	english  language = "en"
	japanese language = "ja"
)

var languages = []language{english, japanese}

func (l language) say(en, ja string) string {
	if l == japanese {
		return ja
	}
	return en
}

// uid is the dashboard's in this language.
func (l language) uid(name string) string {
	if l == japanese {
		return "andon-" + name + "-ja"
	}
	return "andon-" + name
}

// to is the address of a dashboard in this language, with parameters.
func (l language) to(name string, parameters ...string) string {
	return "/d/" + l.uid(name) + "?" + strings.Join(parameters, "&")
}

// column is what a column of the data source's answers is called.
func (l language) column(name string) string {
	if shown, ok := columns[name]; ok && l == japanese {
		return shown
	}
	return name
}

var columns = map[string]string{
	"account": "アカウント", "address": "接続元アドレス", "alarm": "アラーム", "annotation": "注釈", "at least": "件数以上",
	"availability zone": "アベイラビリティゾーン", "changes": "変更内容", "compliance": "準拠状況", "deleted": "削除済み", "description": "説明",
	"difference": "差分", "differences": "差分の数", "dimensions": "ディメンション", "error": "エラー", "error message": "エラーの内容",
	"event": "イベント", "from": "変化前", "id": "ID", "item": "設定項目", "metric": "メトリクス", "name": "名前", "namespace": "名前空間",
	"non-compliant resources": "非準拠数", "read only": "参照のみ", "reason": "理由", "record": "イベントの全体", "region": "リージョン",
	"resource": "リソース", "resource type": "リソースタイプ", "resources": "リソース", "rule": "ルール", "since": "発生時刻", "source": "サービス",
	"state": "状態", "status": "記録の状態", "suppressed by": "抑制元", "tags": "タグ", "threshold": "しきい値", "time": "時刻", "to": "変化後",
	"type": "種別", "user": "ユーザー",
	"capture time": "記録時刻", "creation time": "作成時刻", "deletion time": "削除時刻", "relationships": "関連", "state id": "状態 ID",
	"acknowledged by": "確認者", "amber": "黄", "as desired": "指示どおり", "blue": "青", "board": "ボード", "buzzer": "ブザー", "by": "操作者", "comment": "コメント", "green": "緑",
	"identity": "識別子", "labels": "ラベル", "last seen": "最終応答", "link": "リンク", "note": "備考", "red": "赤", "severity": "重大度", "summary": "概要",
	"tower": "信号灯", "white": "白",
	"srcAddr": "送信元アドレス", "dstAddr": "宛先アドレス", "dstPort": "宛先ポート", "rejected": "拒否数", "bytes": "バイト数", "packets": "パケット数", "attempts": "試行回数",
}

// finished adds to a dashboard what all have. One in Japanese has the data source
// answer in Japanese, whatever Grafana's language is; one in English, which
// everybody has, leaves it to the reader.
func (d dashboard) finished(l language) dashboard {
	if l == japanese {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				q["language"] = string(l)
			}
		}
		for _, a := range d.Annotations.List {
			a.Target["language"] = string(l)
		}
	}
	d.Editable, d.SchemaVersion, d.Version, d.GraphTooltip = true, schemaVersion, 1, 1
	d.Tags = []string{"andon", "andon-" + string(l)}
	d.Links = []link{{
		Type: "dashboards", Title: l.say("Andon", "Andon"), Tags: []string{"andon-" + string(l)}, AsDropdown: true, KeepTime: true, IncludeVars: true,
	}}
	if d.Annotations.List == nil {
		d.Annotations.List = []annotation{}
	}
	return d
}
