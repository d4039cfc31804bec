package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pedigree-ml/pedigree/kubewatch"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// watchCmd follows what happens, here or elsewhere.
type watchCmd struct {
	Changes    watchChangesCmd    `cmd:"" help:"Print what happens to nodes on a server, as it happens."`
	Kubernetes watchKubernetesCmd `cmd:"" help:"Record objects of a Kubernetes cluster as artifacts, and keep them up to date."`
}

// watchKubernetesCmd is a client of a server and of a cluster.
type watchKubernetesCmd struct {
	clusterFlags
	recordFlags
	logFlags

	Resource  []string `help:"What to watch: group/version/plural such as apps/v1/deployments or v1/pods, or a kind such as Pod or TFJob.kubeflow.org; may be repeated." required:"" placeholder:"RESOURCE"`
	Namespace string   `help:"Watch only what is in this namespace." placeholder:"NAME"`
	Workspace string   `help:"Workspace that the artifacts are grouped in." default:"${workspace}" placeholder:"NAME"`
	ClusterID string   `name:"cluster-id" help:"What tells this cluster from others. If not given, the UID of its namespace kube-system or, where that must not be read, its URL." placeholder:"ID"`
}

// clusterFlags say where the cluster is.
type clusterFlags struct {
	Kubeconfig string `help:"File that says where the cluster is. If not given, KUBECONFIG, then ~/.kube/config, then the cluster that this process is a pod of." placeholder:"FILE"`
	Context    string `help:"Which context of the kubeconfig; the current one if not given." placeholder:"NAME"`
	InCluster  bool   `help:"Watch the cluster that this process is a pod of, whatever kubeconfig there is."`
}

// recordFlags say where to record.
type recordFlags struct {
	Server        string `help:"The Pedigree server, as host:port or as a URL; https means TLS." default:"127.0.0.1:5000" placeholder:"HOST:PORT"`
	TLS           bool   `name:"tls" help:"Call the server by TLS."`
	TLSCA         string `name:"tls-ca" help:"Certificates of the authorities to trust, in PEM, instead of the system's; turns TLS on." type:"path" placeholder:"FILE"`
	TLSCert       string `name:"tls-client-cert" help:"Certificate to show to the server, in PEM; turns TLS on." type:"path" placeholder:"FILE"`
	TLSKey        string `name:"tls-client-key" help:"Its key." type:"path" placeholder:"FILE"`
	TLSServerName string `name:"tls-server-name" help:"Name that the server's certificate must have, if not that of its address." placeholder:"NAME"`
}

// Run watches until the process is told to end.
func (c *watchKubernetesCmd) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := c.logger(s.err)
	cluster, err := c.open()
	if err != nil {
		return fmt.Errorf("the cluster is not known: %w", err)
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	defer server.Close()
	o := kubewatch.Options{Namespace: c.Namespace, Workspace: c.Workspace, ClusterID: c.ClusterID, Log: log}
	if o.Resources, err = resources(ctx, cluster, c.Resource); err != nil {
		return ended(ctx, err)
	}
	log.Info("watching", "cluster", cluster.Server(), "server", c.Server)
	return ended(ctx, kubewatch.Run(ctx, cluster, mlmdpb.NewMetadataStoreServiceClient(server), o))
}

// ended leaves out an error that only says that the process was told to end.
func ended(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// resources reads what to watch; words that are no path are looked up in the
// cluster.
func resources(ctx context.Context, cluster *kubewatch.Cluster, words []string) (all []kubewatch.Resource, err error) {
	for _, word := range words {
		r, ok := kubewatch.ParseResource(word)
		if !ok && strings.Contains(word, "/") {
			return nil, fmt.Errorf("--resource %s is neither group/version/plural nor a kind", word)
		}
		if !ok {
			if r, err = cluster.Find(ctx, word); err != nil {
				return nil, err
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// open finds the cluster where kubectl would.
func (f *clusterFlags) open() (*kubewatch.Cluster, error) {
	var paths []string
	switch {
	case f.InCluster && f.Kubeconfig != "":
		return nil, errors.New("--in-cluster and --kubeconfig exclude each other")
	case f.InCluster:
		return kubewatch.InCluster()
	case f.Kubeconfig != "":
		paths = []string{f.Kubeconfig}
	case os.Getenv("KUBECONFIG") != "":
		paths = filepath.SplitList(os.Getenv("KUBECONFIG"))
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return kubewatch.InCluster()
		}
		paths = []string{filepath.Join(home, ".kube", "config")}
		if _, err := os.Stat(paths[0]); err != nil && f.Context == "" && kubewatch.IsInCluster() {
			return kubewatch.InCluster()
		}
	}
	return kubewatch.FromKubeconfig(paths, f.Context, runPlugin)
}

// maxAnswer bounds what the server may answer at once, in bytes.
const maxAnswer = 256 << 20

// dial prepares the connection to the server, which is made when it is needed.
func (f *recordFlags) dial() (*grpc.ClientConn, error) {
	target, secure := f.Server, f.TLS || f.TLSCA != "" || f.TLSCert != ""
	if rest, ok := strings.CutPrefix(target, "https://"); ok {
		target, secure = strings.TrimSuffix(rest, "/"), true
	} else if rest, ok := strings.CutPrefix(target, "http://"); ok {
		target = strings.TrimSuffix(rest, "/")
	}
	if _, _, err := net.SplitHostPort(target); err != nil {
		return nil, fmt.Errorf("--server %s is not the address of a server, such as 127.0.0.1:5000", f.Server)
	}
	protection := insecure.NewCredentials()
	if secure {
		config, err := f.config()
		if err != nil {
			return nil, err
		}
		protection = credentials.NewTLS(config)
	}
	return grpc.NewClient("dns:///"+target, grpc.WithTransportCredentials(protection), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)))
}

func (f *recordFlags) config() (*tls.Config, error) {
	config := &tls.Config{ServerName: f.TLSServerName}
	if f.TLSCA != "" {
		roots, err := os.ReadFile(f.TLSCA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(roots) {
			return nil, fmt.Errorf("%s holds no certificate", f.TLSCA)
		}
	}
	if f.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("the client certificate cannot be used: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
