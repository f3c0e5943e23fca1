package main

import (
	"errors"
	"net/http"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api"
	"github.com/andonhq/andon/pkg/web"
)

// newWeb makes the board page of a daemon.
func newWeb(d *daemon) api.Web {
	deps := web.FromBridge(d.bridge, d.lamps)
	deps.HasUsers = d.server.HasUsers
	deps.Who = func(r *http.Request) (access.Identity, error) {
		if id, ok := api.Who(r); ok {
			return id, nil
		}
		return access.Identity{}, errors.New("the request has not passed the server's checks")
	}
	deps.Shadow = d.shadow != nil
	deps.Log = d.log
	return api.Web{Page: web.New(deps), Refused: func(w http.ResponseWriter, r *http.Request, status int, err error) bool {
		if !web.WantsPage(r) {
			return false
		}
		web.Refuse(w, r, web.Closed{Status: status, Why: err, Passwords: d.server.HasPasswords()})
		return true
	}}
}
