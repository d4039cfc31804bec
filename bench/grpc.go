package bench

import (
	"context"
	"fmt"
	"math"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

const schemeGRPC = "grpc"

// A grpcClient calls unary methods on a connection of its own. A request's Path
// is the full name of the method, its Body the message; the answer is the
// message that came back. Neither is looked into.
type grpcClient struct {
	conn    *grpc.ClientConn
	timeout time.Duration
	answer  []byte
}

func newGRPCClient(addr string, timeout time.Duration) (*grpcClient, error) {
	conn, err := grpc.NewClient("passthrough:///"+addr,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(asIs{}), grpc.MaxCallRecvMsgSize(math.MaxInt32), grpc.MaxCallSendMsgSize(math.MaxInt32)))
	return &grpcClient{conn: conn, timeout: timeout}, err
}

func (c *grpcClient) Connect() error {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	c.conn.Connect()
	for {
		state := c.conn.GetState()
		if state == connectivity.Ready {
			return nil
		}
		if state == connectivity.TransientFailure || !c.conn.WaitForStateChange(ctx, state) {
			return fmt.Errorf("cannot connect to %s: %s", c.conn.Target(), state)
		}
	}
}

func (c *grpcClient) Call(r *Request) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	if err := c.conn.Invoke(ctx, r.Path, r.Body, &c.answer); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Path, err)
	}
	return c.answer, nil
}

func (c *grpcClient) Close() { _ = c.conn.Close() }

// asIs is a codec for messages that are bytes already.
type asIs struct{}

func (asIs) Marshal(v any) ([]byte, error) { return v.([]byte), nil }

func (asIs) Unmarshal(data []byte, v any) error {
	answer := v.(*[]byte)
	*answer = append((*answer)[:0], data...)
	return nil
}

// Name is what the content type says: the bytes are those of protobuf.
func (asIs) Name() string { return "proto" }
