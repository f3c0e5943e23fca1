package main

import "net/http"

func newWeb(*daemon) http.Handler { return nil }
