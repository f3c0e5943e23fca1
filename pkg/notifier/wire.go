package notifier

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/andonhq/andon/pkg/lamp"
	pb "github.com/andonhq/andon/pkg/notifier/proto"
)

// The domain's words and those of notifier.proto, both ways.

func stateToWire(s lamp.State) *pb.State {
	w := &pb.State{Buzzer: int32(s.Buzzer)}
	for u := range s.Lights {
		if p := s.Of(u); p != lamp.Off {
			if w.Lights == nil {
				w.Lights = make(map[string]string, len(s.Lights))
			}
			w.Lights[string(u)] = string(p)
		}
	}
	return w
}

func stateFromWire(w *pb.State) lamp.State {
	s := lamp.State{Buzzer: int(w.GetBuzzer())}
	for u, p := range w.GetLights() {
		if s.Lights == nil {
			s.Lights = make(map[lamp.Unit]lamp.Pattern, len(w.GetLights()))
		}
		s.Lights[lamp.Unit(u)] = lamp.Pattern(p)
	}
	return s
}

var contactsToWire = map[lamp.Contact]pb.Contact{
	lamp.Seen:    pb.Contact_CONTACT_SEEN,
	lamp.Lost:    pb.Contact_CONTACT_LOST,
	lamp.Back:    pb.Contact_CONTACT_BACK,
	lamp.Cleared: pb.Contact_CONTACT_CLEARED,
}

var contactsFromWire = func() map[pb.Contact]lamp.Contact {
	m := make(map[pb.Contact]lamp.Contact, len(contactsToWire))
	for c, w := range contactsToWire {
		m[w] = c
	}
	return m
}()

func observationToWire(o lamp.Observation) *pb.Observation {
	return &pb.Observation{
		Tower:      o.Tower,
		Contact:    contactsToWire[o.Contact],
		State:      stateToWire(o.State),
		At:         timestamppb.New(o.At),
		Generation: o.Generation,
		Reason:     o.Reason,
	}
}

func observationFromWire(w *pb.Observation) lamp.Observation {
	o := lamp.Observation{
		Tower:      w.GetTower(),
		Contact:    contactsFromWire[w.GetContact()],
		State:      stateFromWire(w.GetState()),
		Generation: w.GetGeneration(),
		Reason:     w.GetReason(),
	}
	if at := w.GetAt(); at != nil {
		o.At = at.AsTime()
	}
	return o
}

func towerToWire(t Tower) *pb.Tower {
	return &pb.Tower{
		Name:     t.Name,
		Settings: t.Settings,
		Restore:  durationpb.New(t.Restore),
		Fallback: stateToWire(t.Fallback),
	}
}

func towerFromWire(w *pb.Tower) Tower {
	return Tower{
		Name:     w.GetName(),
		Settings: w.GetSettings(),
		Restore:  durationFromWire(w.GetRestore()),
		Fallback: stateFromWire(w.GetFallback()),
	}
}

func durationFromWire(w *durationpb.Duration) time.Duration {
	if w == nil {
		return 0
	}
	return w.AsDuration()
}
