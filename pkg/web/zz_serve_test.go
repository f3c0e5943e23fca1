package web

import (
	"net/http"
	"os"
	"testing"
	"time"
)

func TestServe(t *testing.T) {
	d := os.Getenv("SERVE")
	if d == "" {
		return
	}
	mux := http.NewServeMux()
	worlds := map[string]*world{"quiet": quiet(t), "critical": critical(t), "lost": lost(t), "failed": failed(t), "shadow": shadowed(t), "visitors": visitors(t), "many": many(10000)}
	for i := 0; i < 12; i++ {
		worlds["many"].tower("tower-"+string(rune('a'+i)), lights(t, "red=flash4 green=steady"), lights(t, "red=flash4 green=steady"))
	}
	port := map[string]string{"quiet": "19001", "critical": "19002", "lost": "19003", "failed": "19004", "shadow": "19005", "visitors": "19006", "many": "19007"}
	_ = mux
	for n, w := range worlds {
		c := worlds["critical"]
		if n == "quiet" {
			w.entries = c.entries
			w.record(alertEntry())
		}
		h := New(w.deps())
		go http.ListenAndServe("127.0.0.1:"+port[n], http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { r.SetBasicAuth("sato", "x"); h.ServeHTTP(rw, r) })))
	}
	time.Sleep(25 * time.Minute)
}
