package server

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pedigree-ml/pedigree"
)

// grpcCodes is the one table from the vocabulary's codes to those of gRPC.
var grpcCodes = [...]codes.Code{
	pedigree.Internal:        codes.Internal,
	pedigree.Invalid:         codes.InvalidArgument,
	pedigree.NotFound:        codes.NotFound,
	pedigree.AlreadyExists:   codes.AlreadyExists,
	pedigree.BadState:        codes.FailedPrecondition,
	pedigree.Unauthenticated: codes.Unauthenticated,
	pedigree.Denied:          codes.PermissionDenied,
	pedigree.TooLarge:        codes.ResourceExhausted, // as gRPC itself says of a large message
	pedigree.Aborted:         codes.Aborted,           // ML Metadata's clients retry this one alone
	pedigree.Exhausted:       codes.ResourceExhausted,
	pedigree.Unavailable:     codes.Unavailable,
	pedigree.Unimplemented:   codes.Unimplemented,
	pedigree.OutOfRange:      codes.OutOfRange,
}

// GRPCStatus says what a gRPC client learns of err; nil is OK. A status that
// gRPC itself made passes as it is. Of an internal error the client learns only
// the id under which the server's log tells the rest.
func GRPCStatus(err error, request string) *status.Status {
	if err == nil {
		return status.New(codes.OK, "")
	}
	if e, ok := errors.AsType[*pedigree.Error](err); ok && e.Code != pedigree.Internal && int(e.Code) < len(grpcCodes) {
		return status.New(grpcCodes[e.Code], e.Message)
	}
	if own, ok := err.(interface{ GRPCStatus() *status.Status }); ok {
		return own.GRPCStatus()
	}
	switch {
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, "the call was cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, "the deadline of the call has passed")
	}
	return status.New(codes.Internal, "internal error; the server's log tells more under request "+request)
}
