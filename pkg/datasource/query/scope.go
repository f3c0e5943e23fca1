package query

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/andonhq/andon/pkg/awsapi"
)

// Scope is where a query asks: embed it in the struct of a query type. Account
// and Region take one each, Accounts and Regions several; "default" and the
// empty string mean the data source's own, "all" every account of the settings.
type Scope struct {
	Account  string   `json:"account"`
	Accounts []string `json:"accounts"`
	Region   string   `json:"region"`
	Regions  []string `json:"regions"`
}

// Place is one account in one region.
type Place struct{ Account, Region string }

// maxPlaces bounds what one query asks for.
const maxPlaces = 64

// Places are all places of the scope, each once, in the order they are named.
func (sc Scope) Places(s *awsapi.Sessions) ([]Place, error) {
	accounts, regions := sc.Accounts, sc.Regions
	if len(accounts) == 0 {
		accounts = []string{sc.Account}
	}
	if len(regions) == 0 {
		regions = []string{sc.Region}
	}
	var out []Place
	for _, a := range accounts {
		names := []string{a}
		switch a {
		case "default":
			names = []string{""}
		case "all":
			names = nil
			for _, known := range s.Accounts() {
				names = append(names, known.Name)
			}
		}
		for _, name := range names {
			for _, region := range regions {
				if region == "" || region == "default" {
					region = s.DefaultRegion()
				}
				if region == "" {
					return nil, Wrong("region", "no region: name one in the query or a default region in the data source's settings")
				}
				if p := (Place{name, region}); !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	if len(out) > maxPlaces {
		return nil, Wrong("regions", "%d accounts and regions together; up to %d can be asked at once", len(out), maxPlaces)
	}
	return out, nil
}

// One is the single place of a scope, for query types that ask one only.
func (sc Scope) One(s *awsapi.Sessions) (Place, error) {
	places, err := sc.Places(s)
	if err != nil {
		return Place{}, err
	}
	if len(places) != 1 {
		return Place{}, Wrong("regions", "this query asks one account in one region, not %d", len(places))
	}
	return places[0], nil
}

// Gather asks every place of a question at the same time. What has failed is
// remarked; the answers of the others are there nevertheless. When all fail, so
// does Gather.
func Gather[Q, T any](ctx context.Context, a Question[Q], ask func(context.Context, *awsapi.Client) (T, error)) ([]Gathered[T], error) {
	out := make([]Gathered[T], len(a.Places))
	var wait sync.WaitGroup
	for i, p := range a.Places {
		wait.Go(func() {
			out[i].Place = p
			defer RecoverError(&out[i].Err)
			c, err := a.Sessions.Client(ctx, p.Account, p.Region)
			if err != nil {
				out[i].Err = err
				return
			}
			out[i].Answer, out[i].Err = ask(ctx, c)
			out[i].AccountID = c.Identity().AccountID
		})
	}
	wait.Wait()
	var failed []error
	for _, g := range out {
		if g.Err != nil {
			failed = append(failed, g.Err)
		}
	}
	if len(failed) == len(out) {
		if len(failed) == 1 {
			return nil, failed[0]
		}
		return nil, errors.Join(failed...)
	}
	for _, g := range out {
		if g.Err != nil {
			a.Unread(g.Place, g.Err)
		}
	}
	return out, nil
}

// Gathered is the answer of one place. Next to an error there may be a part of
// it.
type Gathered[T any] struct {
	Place
	AccountID string
	Answer    T
	Err       error // remarked already
}

// Where is the place as AWS names it.
func (g Gathered[T]) Where() Place { return g.Known(g.AccountID) }

// Known is the place with the account's 12 digits, or where nobody may ask for
// them with its name in the settings.
func (p Place) Known(accountID string) Place {
	switch {
	case accountID != "" && accountID != "unknown":
		p.Account = accountID
	case p.Account == "":
		p.Account = "unknown"
	}
	return p
}

// String names a place as notices do.
func (p Place) String() string {
	if p.Account == "" {
		return p.Region
	}
	return p.Account + " " + p.Region
}
