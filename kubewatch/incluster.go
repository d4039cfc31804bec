package kubewatch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// accountDir is where a pod finds its service account.
const accountDir = "/var/run/secrets/kubernetes.io/serviceaccount"

// InCluster opens the cluster that this process is a pod of.
func InCluster() (*Cluster, error) { return inCluster(accountDir) }

// IsInCluster reports whether this process seems to be a pod.
func IsInCluster() bool { return os.Getenv("KUBERNETES_SERVICE_HOST") != "" }

func inCluster(dir string) (*Cluster, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, errors.New("this process is not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
	}
	roots, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("the service account cannot be read: %w", err)
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	if !config.RootCAs.AppendCertsFromPEM(roots) {
		return nil, errors.New("the service account's ca.crt holds no certificate")
	}
	return newCluster("https://"+net.JoinHostPort(host, port), config, fromFile(filepath.Join(dir, "token"), nil))
}
