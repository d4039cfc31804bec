package server

import (
	"context"

	"google.golang.org/grpc"
	grpchealth "google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/pedigree-ml/pedigree/route"
)

// health answers grpc.health.v1: what /readyz says, for every service alike.
type health struct {
	*grpchealth.Server
	server *Server
}

func newHealth(s *Server) *health { return &health{grpchealth.NewServer(), s} }

// serves makes the services known by name.
func (h *health) serves(services map[string]grpc.ServiceInfo) {
	for name := range services {
		h.SetServingStatus(name, healthpb.HealthCheckResponse_SERVING)
	}
}

func (h *health) service() route.Service {
	return route.Service{
		Desc: &healthpb.Health_ServiceDesc, Implementation: h,
		Permissions: map[string]route.Permission{"Check": route.Public, "List": route.Read, "Watch": route.Public},
	}
}

// Check asks the store, unless the server is ending anyway.
func (h *health) Check(ctx context.Context, r *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	answer, err := h.Server.Check(ctx, r)
	if err != nil || answer.Status != healthpb.HealthCheckResponse_SERVING || h.server.ready == nil {
		return answer, err
	}
	if ready := h.server.ready(ctx) == nil; !ready {
		return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_NOT_SERVING}, nil
	}
	return answer, nil
}
