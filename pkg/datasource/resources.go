package datasource

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Item is one choice of a list.
type Item struct {
	Value       string `json:"value"`
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
}

// Page is one page of a list, as the resources answer it.
type Page struct {
	Items     []Item `json:"items"`
	Next      string `json:"next,omitempty"`      // give it as "from" for the next page
	Truncated bool   `json:"truncated,omitempty"` // AWS has more than was read
}

// Pages of lists.
const (
	pageItems = 100
	pageMost  = 1000
)

// listing is everything that one list holds.
type listing struct {
	Items     []Item
	Truncated bool
}

// resources are the lists for editors and variables. All take account and
// region, search (text anywhere in value, label or description, without regard
// to case; beyond what is read of a long list, as AWS can search), limit and from:
//
//	regions, accounts, namespaces
//	metrics           namespace
//	dimension-keys    namespace, metric
//	dimension-values  namespace, metric, key, dimensions (JSON object that has to hold)
//	log-groups        prefix
//	alarms            prefix
//	resource-types, rules
//
// POST andon/ack acknowledges an alert of the bridge, POST ahead announces what
// panels are about to ask.
func (d *Datasource) resources() http.Handler {
	mux := http.NewServeMux()
	for name, list := range map[string]func(context.Context, url.Values) (listing, error){
		"regions":          d.regions,
		"accounts":         d.accounts,
		"namespaces":       d.namespaces,
		"metrics":          d.metricNames,
		"dimension-keys":   d.dimensionKeys,
		"dimension-values": d.dimensionValues,
		"log-groups":       d.logGroups,
		"alarms":           d.alarms,
		"resource-types":   d.resourceTypes,
		"rules":            d.rules,
	} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			page, err := d.page(r.Context(), r.URL.Query(), list)
			if err != nil {
				answer(w, query.HTTPStatus(err), map[string]string{"message": err.Error()})
				return
			}
			answer(w, http.StatusOK, page)
		})
	}
	mux.HandleFunc("POST /andon/ack", d.bridge.Ack)
	mux.HandleFunc("POST /ahead", d.ahead)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNotFound, map[string]string{"message": fmt.Sprintf("there is no resource %s %s", r.Method, r.URL.Path)})
	})
	return mux
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has gone: nobody is left to be told
}

func (d *Datasource) page(ctx context.Context, v url.Values, list func(context.Context, url.Values) (listing, error)) (Page, error) {
	if err := d.ready(); err != nil {
		return Page{}, err
	}
	limit, err := number(v, "limit", pageItems, 1, pageMost)
	if err != nil {
		return Page{}, err
	}
	from, err := number(v, "from", 0, 0, 1<<30)
	if err != nil {
		return Page{}, err
	}
	all, err := list(ctx, v)
	if err != nil {
		return Page{}, err
	}
	found := search(all.Items, v.Get("search"))
	p := Page{Truncated: all.Truncated, Items: found[min(from, len(found)):min(from+limit, len(found))]}
	if from+limit < len(found) {
		p.Next = strconv.Itoa(from + limit)
	}
	return p, nil
}

func number(v url.Values, name string, otherwise, least, most int) (int, error) {
	text := v.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, query.Wrong(name, "%q is no number from %d to %d", text, least, most)
	}
	return n, nil
}

func search(items []Item, text string) []Item {
	if text == "" {
		return append([]Item{}, items...)
	}
	text = strings.ToLower(text)
	out := []Item{}
	for _, i := range items {
		if strings.Contains(strings.ToLower(i.Value+"\x00"+i.Label+"\x00"+i.Description), text) {
			out = append(out, i)
		}
	}
	return out
}

// client is the place that a list is asked of.
func (d *Datasource) client(ctx context.Context, v url.Values) (*awsapi.Client, error) {
	p, err := query.Scope{Account: v.Get("account"), Region: v.Get("region")}.One(d.sessions)
	if err != nil {
		return nil, err
	}
	return d.sessions.Client(ctx, p.Account, p.Region)
}

// regions has the default first: a dashboard's variable begins with it.
func (d *Datasource) regions(context.Context, url.Values) (listing, error) {
	var out listing
	for _, r := range d.sessions.Regions() {
		if r == d.sessions.DefaultRegion() {
			out.Items = slices.Insert(out.Items, 0, Item{Value: r, Description: "default"})
			continue
		}
		out.Items = append(out.Items, Item{Value: r})
	}
	return out, nil
}

func (d *Datasource) accounts(context.Context, url.Values) (listing, error) {
	var out listing
	for _, a := range d.sessions.Accounts() {
		i := Item{Value: a.Name, Label: a.Name, Description: a.AccountID}
		if a.Name == "" {
			i = Item{Value: "default", Label: "default", Description: "the data source's own"}
		}
		out.Items = append(out.Items, i)
	}
	return out, nil
}

// required is a parameter that a list cannot do without.
func required(v url.Values, name string) (string, error) {
	if s := v.Get(name); s != "" {
		return s, nil
	}
	return "", query.Wrong(name, "is empty")
}

// sorted is a set of names as a list.
func sorted(names map[string]bool) []Item {
	items := []Item{}
	for n := range names {
		items = append(items, Item{Value: n})
	}
	byValue(items)
	return items
}
