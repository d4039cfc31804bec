package kubewatch

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A caller calls the server that keeps the artifacts.
type caller struct {
	client  mlmdpb.MetadataStoreServiceClient
	backoff Backoff
	log     *slog.Logger
}

// callTimeout is how long one call may take.
const callTimeout = time.Minute

// call calls until the server answers or refuses, or ctx ends: while it is away
// or in conflict with other writers, it is asked again.
func call[Request, Answer any](ctx context.Context, c *caller, what string, r Request, method func(context.Context, Request, ...grpc.CallOption) (Answer, error)) (Answer, error) {
	for failures := 1; ; failures++ {
		answer, err := once(ctx, r, method)
		if err == nil || ctx.Err() != nil || !isPassing(err) {
			return answer, err
		}
		wait := c.backoff.after(failures)
		c.log.Warn("the server is asked again", "to", what, "after", wait, "failures", failures, "error", err)
		pause(ctx, wait)
	}
}

func once[Request, Answer any](ctx context.Context, r Request, method func(context.Context, Request, ...grpc.CallOption) (Answer, error)) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return method(ctx, r)
}

// isPassing reports whether the same call may succeed later.
func isPassing(err error) bool {
	switch status.Code(err) {
	case codes.Aborted, codes.Unavailable, codes.DeadlineExceeded:
		return true
	}
	return false
}

// isRefused reports whether it is the content of a call that the server does not
// take, so that another call may well succeed.
func isRefused(err error) bool {
	switch status.Code(err) {
	case codes.InvalidArgument, codes.AlreadyExists, codes.NotFound, codes.FailedPrecondition, codes.OutOfRange, codes.ResourceExhausted:
		return true
	}
	return false
}
