package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"

	"github.com/pedigree-ml/pedigree/server"
)

// checkNetwork refuses flags that cannot be followed, before anything is
// opened.
func (c *serveCmd) checkNetwork() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together; give both or none")
	}
	if c.GRPCMaxMessage < 1 || int64(c.GRPCMaxMessage) > math.MaxInt32 {
		return fmt.Errorf("--grpc-max-message-size %d must be from 1 to %d bytes", c.GRPCMaxMessage, math.MaxInt32)
	}
	for _, origin := range c.AllowedOrigins {
		if err := server.CheckOrigin(origin); err != nil {
			return fmt.Errorf("--allowed-origins: %w; an origin looks like https://ml.example", err)
		}
	}
	return nil
}

// tls gives what secures the connections of clients, nil for nothing.
func (c *serveCmd) tls(log *slog.Logger) (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	return server.TLSFiles(c.TLSCert, c.TLSKey, log)
}
