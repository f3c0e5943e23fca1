package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/patlite"
)

var _ notifier.Factory = factory{}

// factory gives package notifier the drivers of package patlite.
type factory struct{}

func (factory) Validate(settings json.RawMessage) []notifier.Problem {
	var problems []notifier.Problem
	for _, p := range patlite.Validate(settings) {
		problems = append(problems, notifier.Problem(p))
	}
	return problems
}

func (factory) Describe(settings json.RawMessage) (lamp.Capabilities, error) {
	return patlite.Describe(settings)
}

func (factory) Open(t notifier.Tower) (notifier.Driver, error) {
	d, err := patlite.Open(t.Settings, patlite.Options{Restore: t.Restore, Fallback: t.Fallback})
	if err != nil {
		return nil, err
	}
	return driver{d}, nil
}

// driver marks a tower's own "no" as what it is: contact is not lost.
type driver struct{ patlite.Driver }

func (d driver) Apply(ctx context.Context, s lamp.State) error {
	return refused(d.Driver.Apply(ctx, s))
}

func (d driver) Read(ctx context.Context) (lamp.State, error) {
	s, err := d.Driver.Read(ctx)
	return s, refused(err)
}

func (d driver) Test(ctx context.Context) error { return refused(d.Driver.Test(ctx)) }

func refused(err error) error {
	if _, ok := errors.AsType[*patlite.RefusedError](err); ok {
		return fmt.Errorf("%w: %w", notifier.ErrRefused, err)
	}
	return err
}
