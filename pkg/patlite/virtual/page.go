package virtual

import (
	"cmp"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

//go:embed page
var assets embed.FS

var pageTemplate = template.Must(template.ParseFS(assets, "page/index.html"))

// words are what the page says, by language.
type words struct {
	Lang, Title, Clear, Sound, SoundOff, Log, Empty, Lost, Buzzer, Smart string
}

var (
	english = words{
		Lang: "en", Title: "Virtual tower", Clear: "CLEAR", Sound: "Sound on", SoundOff: "Sound off",
		Log: "Commands received", Empty: "Nothing yet", Lost: "The tower does not answer",
		Buzzer: "Buzzer", Smart: "Smart mode, group",
	}
	japanese = words{
		Lang: "ja", Title: "仮想信号灯", Clear: "クリア", Sound: "音を出す", SoundOff: "音を止める",
		Log: "受信したコマンド", Empty: "まだありません", Lost: "信号灯が応答しません",
		Buzzer: "ブザー", Smart: "スマートモード グループ",
	}
)

// language chooses between English and Japanese by the browser's preferences.
func language(accept string) words {
	best, chosen := 0.0, english
	for part := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		quality := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if quality <= best {
			continue
		}
		switch base {
		case "ja":
			best, chosen = quality, japanese
		case "en":
			best, chosen = quality, english
		}
	}
	return chosen
}

// addPage serves the page that draws the tower, and what it needs.
func (t *Tower) addPage(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", t.servePage)
	mux.HandleFunc("GET /tower.js", func(w http.ResponseWriter, _ *http.Request) {
		serveAsset(w, "tower.js", "text/javascript; charset=utf-8", "")
	})
	mux.HandleFunc("GET /tower.css", func(w http.ResponseWriter, _ *http.Request) {
		serveAsset(w, "tower.css", "text/css; charset=utf-8", keyframes(t.panel.Model))
	})
	streams := make(chan struct{}, maxStreams)
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) { t.serveEvents(w, r, streams) })
	// Other sites open in the same browser must not press the button.
	mux.Handle("POST /clear", http.NewCrossOriginProtection().Handler(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			t.clearBy("button", r.RemoteAddr)
			w.WriteHeader(http.StatusNoContent)
		})))
}

func (t *Tower) servePage(w http.ResponseWriter, r *http.Request) {
	// Lists of numbers: this cannot fail.
	rhythms, _ := json.Marshal(buzzers(t.panel.Model))
	secure(w, "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	_ = pageTemplate.Execute(w, map[string]any{
		"Words": language(r.Header.Get("Accept-Language")), "Model": t.panel.Model.Name, "Buzzers": string(rhythms),
	})
}

func serveAsset(w http.ResponseWriter, name, contentType, more string) {
	body, err := assets.ReadFile("page/" + name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	secure(w, contentType)
	_, _ = w.Write(append(body, more...))
}

func secure(w http.ResponseWriter, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'")
}

// view is what the page draws; it is sent whole at every change.
type view struct {
	Tiers  []tierView `json:"tiers"`
	Buzzer int        `json:"buzzer"`
	Smart  int        `json:"smart"` // group, 0 in signal tower mode
	State  string     `json:"state"`
	Log    []lineView `json:"log"` // newest first
}

type tierView struct {
	Unit    lamp.Unit    `json:"unit"`
	Colour  string       `json:"colour"`
	Pattern lamp.Pattern `json:"pattern"`
}

// lineView is a log line. Senders repeat themselves every second, so equal
// commands that changed nothing are one line with a count.
type lineView struct {
	At       time.Time `json:"at"`
	Protocol string    `json:"protocol"`
	From     string    `json:"from"`
	Command  string    `json:"command"`
	Reply    string    `json:"reply"`
	Count    int       `json:"count"`
	Changed  bool      `json:"changed"`
}

const maxLines = 20

// view is called under Tower.mu.
func (t *Tower) view() view {
	s := t.state()
	v := view{Tiers: []tierView{}, Buzzer: s.Buzzer, State: s.String(), Log: lines(t.records.entries)}
	if t.face.smart != nil {
		v.Smart = int(t.face.smart.Group)
	}
	for i, unit := range t.panel.Layout[:t.panel.Model.Tiers] {
		stray := lamp.Unit("tier" + strconv.Itoa(i+1))
		pattern := s.Of(cmp.Or(unit, stray))
		v.Tiers = append(v.Tiers, tierView{Unit: unit, Colour: cssColour(t.lens(i)), Pattern: pattern})
	}
	return v
}

// lines are the last commands, newest first, without those that only asked.
func lines(entries []Entry) []lineView {
	list := []lineView{}
	mayJoin := false // the line above was a repeat of what came before it
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		if e.Read {
			continue
		}
		if last := len(list) - 1; mayJoin && list[last].Protocol == e.Protocol && list[last].Command == e.Command && list[last].Reply == e.Reply {
			list[last].Count++
			list[last].Changed = e.Changed
			if e.Changed {
				list[last].At = e.At
			}
		} else {
			if len(list) == maxLines {
				break
			}
			list = append(list, lineView{
				At: e.At, Protocol: e.Protocol, From: e.From, Command: e.Command, Reply: e.Reply, Count: 1, Changed: e.Changed,
			})
		}
		mayJoin = !e.Changed
	}
	return list
}
