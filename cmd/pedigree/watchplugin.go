package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree/kubewatch"
)

// pluginTime is how long a credential plugin may take.
const pluginTime = time.Minute

// runPlugin runs the program that a kubeconfig names for credentials, as kubectl
// does: whoever writes the kubeconfig decides what runs here. The server never
// does this.
func runPlugin(ctx context.Context, p kubewatch.Plugin) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, pluginTime)
	defer cancel()
	command := exec.CommandContext(ctx, p.Command, p.Args...)
	command.Env = append(os.Environ(), p.Env...)
	var said bytes.Buffer
	command.Stderr = &said
	printed, err := command.Output()
	if words := strings.TrimSpace(said.String()); err != nil && words != "" {
		return nil, fmt.Errorf("%w: %s", err, words)
	}
	return printed, err
}
