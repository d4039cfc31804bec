package route

import "google.golang.org/grpc"

// A Service is one gRPC service of a wire. The server offers its calls over
// gRPC and, where they are unary, over gRPC-Web, behind the same guards as
// routes.
type Service struct {
	Desc *grpc.ServiceDesc // as generated

	// Implementation has the methods of Desc.HandlerType. They return errors of
	// the vocabulary, which the server turns into statuses; ctx ends when the
	// client leaves, its deadline passes or the answer takes too long.
	Implementation any

	// Permissions has what each call needs, by the name of its method. A method
	// that is not in it is not offered.
	Permissions map[string]Permission
}
