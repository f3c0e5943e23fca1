package notifier

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/andonhq/andon/pkg/notifier/proto"
)

// server speaks notifier.proto for a set of stations.
type server struct {
	pb.UnimplementedNotifierServer
	factory  Factory
	stations *stations
	ended    <-chan struct{} // closed when the notifier ends
}

var _ pb.NotifierServer = (*server)(nil)

func (s *server) Validate(_ context.Context, r *pb.ValidateRequest) (*pb.ValidateResponse, error) {
	out := &pb.ValidateResponse{}
	for _, p := range s.factory.Validate(r.GetSettings()) {
		out.Problems = append(out.Problems, &pb.Problem{Path: p.Path, What: p.What, Allowed: p.Allowed})
	}
	return out, nil
}

func (s *server) Describe(_ context.Context, r *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	c, err := s.factory.Describe(r.GetSettings())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	out := &pb.DescribeResponse{Buzzers: int32(c.Buzzers), Restore: c.Restore, ReadBack: c.ReadBack}
	for _, u := range c.Units {
		out.Units = append(out.Units, string(u))
	}
	for _, p := range c.Patterns {
		out.Patterns = append(out.Patterns, string(p))
	}
	return out, nil
}

func (s *server) Configure(ctx context.Context, r *pb.ConfigureRequest) (*pb.ConfigureResponse, error) {
	towers := make([]Tower, 0, len(r.GetTowers()))
	for _, t := range r.GetTowers() {
		towers = append(towers, towerFromWire(t))
	}
	failures, err := s.stations.configure(towers)
	if err != nil {
		return nil, toStatus(ctx, err)
	}
	// The clock is read last, so that the answer is under way for as short a
	// time as possible: what passes until the host has it shortens not_after.
	out := &pb.ConfigureResponse{}
	for tower, err := range failures {
		out.Failures = append(out.Failures, &pb.Failure{Tower: tower, Reason: err.Error()})
	}
	out.Clock = durationpb.New(s.stations.clock())
	return out, nil
}

func (s *server) Apply(ctx context.Context, r *pb.ApplyRequest) (*pb.ApplyResponse, error) {
	var expires time.Time
	if end := r.GetNotAfter(); end != nil {
		expires = s.stations.zero.Add(end.AsDuration())
	}
	o, err := s.stations.apply(ctx, r.GetTower(), r.GetGeneration(), expires, stateFromWire(r.GetState()))
	if err != nil {
		return nil, toStatus(ctx, err)
	}
	return &pb.ApplyResponse{Observation: observationToWire(o)}, nil
}

func (s *server) Read(ctx context.Context, r *pb.ReadRequest) (*pb.ReadResponse, error) {
	o, err := s.stations.read(ctx, r.GetTower())
	if err != nil {
		return nil, toStatus(ctx, err)
	}
	return &pb.ReadResponse{Observation: observationToWire(o)}, nil
}

func (s *server) Test(ctx context.Context, r *pb.TestRequest) (*pb.TestResponse, error) {
	if err := s.stations.test(ctx, r.GetTower()); err != nil {
		return nil, toStatus(ctx, err)
	}
	return &pb.TestResponse{}, nil
}

func (s *server) Watch(_ *pb.WatchRequest, stream grpc.ServerStreamingServer[pb.WatchResponse]) error {
	w, err := s.stations.hub.watch()
	if err != nil {
		return status.Error(codes.Unavailable, err.Error())
	}
	defer s.stations.hub.unwatch(w)
	for {
		select {
		case o, ok := <-w.observations:
			if !ok {
				return status.Error(codes.ResourceExhausted, errSlowWatcher.Error())
			}
			if err := stream.Send(&pb.WatchResponse{Observation: observationToWire(o)}); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		case <-s.ended:
			return status.Error(codes.Unavailable, "the notifier ends")
		}
	}
}
