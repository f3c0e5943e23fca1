package query

import (
	"context"
	"slices"

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

// Distinct leaves out places that are another one under a second name: the same
// account, by its 12 digits where they are known, in the same region. The first
// stays, and so does what cannot be asked: that is told later.
func Distinct(ctx context.Context, s *awsapi.Sessions, places []Place) []Place {
	if len(places) < 2 {
		return places
	}
	known := make([]Place, len(places)) // without an account where nobody knows
	Together(len(places), func(i int) {
		p := places[i]
		var err error
		defer RecoverError(&err)
		c, err := s.Client(ctx, p.Account, p.Region)
		if err != nil {
			return
		}
		if id := c.Identity().AccountID; id != unknownAccount {
			known[i] = Place{id, p.Region}
		}
	})
	var out []Place
	seen := map[Place]bool{}
	for i, p := range places {
		if k := known[i]; k.Account == "" || !seen[k] {
			seen[k] = true
			out = append(out, p)
		}
	}
	return out
}

// unknownAccount is awsapi's account id where neither STS nor a setting tells it.
const unknownAccount = "unknown"

// Known is the place with the account's 12 digits, or where nobody may ask for
// them with its name in the settings.
func (p Place) Known(accountID string) Place {
	switch {
	case accountID != "" && accountID != unknownAccount:
		p.Account = accountID
	case p.Account == "":
		p.Account = unknownAccount
	}
	return p
}

// PlaceNames are the names by which rows and series tell their place: account and
// region, or where taken says that the query's own columns, dimensions or groups
// have such a name, that one with aws_ before it.
func PlaceNames(taken func(name string) bool) (account, region string) {
	free := func(name string) string {
		for taken(name) {
			name = "aws_" + name
		}
		return name
	}
	return free("account"), free("region")
}

// String names a place as notices do.
func (p Place) String() string {
	if p.Account == "" {
		return p.Region
	}
	return p.Account + " " + p.Region
}
