package query_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

type scoped struct{ query.Scope }

// The account that two names of the settings lead to is asked once.
func TestAnAccountUnderTwoNamesIsAskedOnce(t *testing.T) {
	const region = awsfake.MainRegion
	var (
		mu    sync.Mutex
		asked []string
	)
	h := query.ByPlace(func(q query.Query) (out scoped, err error) { return out, query.Decode(q, &out) },
		func(ctx context.Context, a query.Question[scoped]) (data.Frames, error) {
			if !a.Several() {
				t.Errorf("%s: the query names several places", a.JSON)
			}
			answers, err := query.Gather(ctx, a, func(_ context.Context, c *awsapi.Client) (int, error) { return 0, nil })
			mu.Lock()
			defer mu.Unlock()
			for _, g := range answers {
				asked = append(asked, g.Where().String())
			}
			return data.Frames{data.NewFrame("")}, err
		})
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	for body, want := range map[string][]string{
		`{"accounts":["shops","shops-again"]}`: {awsfake.SecondAccount + " " + region},
		`{"accounts":["all"]}`:                 {awsfake.MainAccount + " " + region, awsfake.SecondAccount + " " + region},
		`{"accounts":["shops","default","shops-again"],"regions":["default","` + region + `","eu-central-1"]}`: {
			awsfake.MainAccount + " " + region, awsfake.MainAccount + " eu-central-1", awsfake.SecondAccount + " " + region, awsfake.SecondAccount + " eu-central-1",
		},
	} {
		asked = nil
		if r := querytest.Ask(t, h, s, query.Query{RefID: "A", JSON: []byte(body)}); r.Error != nil {
			t.Errorf("%s: %v", body, r.Error)
		}
		slices.Sort(asked)
		if d := cmp.Diff(want, asked); d != "" {
			t.Errorf("%s (-want +got):\n%s", body, d)
		}
	}
}

// Who an account is may not be known: nothing is left out then.
func TestUnknownAccountsAreAllAsked(t *testing.T) {
	f := awsfake.New(awsfake.Options{})
	f.Deny(awsfake.AdminKey, "sts:AssumeRole")
	s := querytest.Sessions(t, f, awsfake.AdminKey)
	places := []query.Place{{Account: "shops", Region: awsfake.MainRegion}, {Account: "shops-again", Region: awsfake.MainRegion}}
	if d := cmp.Diff(places, query.Distinct(t.Context(), s, places)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestPlaceNames(t *testing.T) {
	for _, tt := range []struct {
		taken           []string
		account, region string
	}{
		{nil, "account", "region"},
		{[]string{"region"}, "account", "aws_region"},
		{[]string{"account", "aws_account"}, "aws_aws_account", "region"},
	} {
		account, region := query.PlaceNames(func(name string) bool { return slices.Contains(tt.taken, name) })
		if account != tt.account || region != tt.region {
			t.Errorf("%v: %s, %s", tt.taken, account, region)
		}
	}
}
