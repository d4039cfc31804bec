package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/pedigree-ml/pedigree/server"
)

// serveCmd runs the server.
type serveCmd struct {
	dataFlags
	engineFlags
	webhookFlags
	openlineageFlags
	atlasFlags
	logFlags

	Listen         []string      `help:"Address to serve clients on; may be repeated. ${default} if not given." default:"127.0.0.1:5000" placeholder:"ADDR"`
	MetricsListen  string        `help:"Address for /metrics, /healthz and /readyz. Not given, /metrics is served to clients on loopback, and not at all elsewhere or with --allowed-hosts." placeholder:"ADDR"`
	AllowedHosts   []string      `help:"Further names by which clients call the server: name, name:port, *.domain or *." placeholder:"HOST"`
	AllowedOrigins []string      `help:"Sites whose pages may call the server from browsers, such as https://ml.example." placeholder:"ORIGIN"`
	TLSCert        string        `name:"tls-cert" help:"PEM file with a certificate chain; clients then need https. Renewed files are taken up by themselves." placeholder:"FILE"`
	TLSKey         string        `name:"tls-key" help:"PEM file with the private key of --tls-cert." placeholder:"FILE"`
	GRPCMaxMessage int           `name:"grpc-max-message-size" help:"Most bytes of one gRPC message to the server." default:"104857600" placeholder:"BYTES"`
	PublicURL      string        `help:"URL by which clients reach the server, if a proxy changes it." placeholder:"URL"`
	InsecureNoAuth bool          `help:"Serve on an address that others reach, although everyone who reaches it may do everything."`
	Retention      span          `help:"Remove for ever what was deleted this long ago, such as 30d; 0 keeps it." default:"0"`
	MLflowUI       string        `name:"mlflow-ui" help:"Also serve MLflow's own pages, below /mlflow-ui/: the directory mlflow/server/js/build of an installed MLflow." placeholder:"DIR"`
	DrainDelay     time.Duration `help:"How long to stay reachable, but not ready, before stopping." default:"0s"`
	DrainTimeout   time.Duration `help:"How long requests under way may take when stopping." default:"20s"`
	BenchEndpoint  bool          `help:"Serve an operation that does nothing." hidden:""`
}

// Run serves until the process is told to end.
func (c *serveCmd) Run(s streams) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		<-signals
		os.Exit(failed(s.err, errors.New("ended at once, without waiting for requests under way"), exitFailed))
	}()
	return c.serve(ctx, s)
}

// garbage is by how many percent of what is in use the heap grows before it is
// looked through. Twice Go's own number saves a tenth of the processor's time where
// answers are large, and what is in use is a few dozen megabytes. GOGC overrules it.
const garbage = 200

func (c *serveCmd) serve(ctx context.Context, s streams) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if !c.InsecureNoAuth && !allLoopback(c.Listen) {
		return errors.New("without accounts the server listens on loopback only, since everyone who reaches it may do everything; " +
			"choose a loopback address with --listen, or accept that with --insecure-no-auth")
	}
	if err := c.checkNetwork(); err != nil {
		return err
	}
	receivers, err := c.webhookFlags.client()
	if err != nil {
		return err
	}
	e, err := open(ctx, c.dataFlags, c.engineFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	log := c.logger(s.err)
	slog.SetDefault(log)
	e.artifacts.PublicURL = c.PublicURL
	e.webhooks.Client, e.webhooks.Log = receivers, log
	if err := e.openMLflowPages(c.MLflowUI); err != nil {
		return err
	}
	if err := e.openSender(c.openlineageFlags, log); err != nil {
		return err
	}
	if err := e.openCatalog(ctx, c.atlasFlags, log); err != nil {
		return err
	}
	site := c.newServer(e, log)
	secured, err := c.tls(log)
	if err != nil {
		return err
	}
	listeners, err := c.listeners(site, secured)
	if err != nil {
		return err
	}
	work, cancel := context.WithCancel(ctx)
	ended := e.background(work, time.Duration(c.Retention), log)
	defer func() { cancel(); <-ended }()

	fmt.Fprintf(s.out, "Pedigree %s is ready: export MLFLOW_TRACKING_URI=%s\n", versionName(), clientURL(listeners[0], secured != nil))
	err = site.Serve(ctx, server.Drain{Delay: c.DrainDelay, Timeout: c.DrainTimeout}, listeners...)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("requests were cut off that took longer than %v to end; --drain-timeout gives them more", c.DrainTimeout)
	}
	return err
}

func (c *serveCmd) newServer(e *engine, log *slog.Logger) *server.Server {
	return server.New(server.Options{
		Wires:         e.wires(),
		Version:       versionName(),
		Log:           log,
		Hosts:         c.AllowedHosts,
		Origins:       c.AllowedOrigins,
		Limits:        server.Limits{MessageSize: c.GRPCMaxMessage},
		Ready:         e.readable,
		Collectors:    e.collectors(),
		HideMetrics:   c.MetricsListen != "" || !allLoopback(c.Listen) || len(c.AllowedHosts) > 0,
		BenchEndpoint: c.BenchEndpoint,
	})
}

// listeners opens every socket, or none. Clients' are secured where secured is
// not nil; the one for metrics is for the machine itself.
func (c *serveCmd) listeners(site *server.Server, secured *tls.Config) (all []server.Listener, err error) {
	defer func() {
		if err != nil {
			for _, l := range all {
				err = errors.Join(err, l.Close())
			}
		}
	}()
	for _, addr := range c.Listen {
		l, err := listen(addr)
		if err != nil {
			return all, err
		}
		all = append(all, server.Listener{Listener: l, Handler: site.Handler(l.Addr().String()), TLS: secured})
	}
	if c.MetricsListen != "" {
		l, err := listen(c.MetricsListen)
		if err != nil {
			return all, err
		}
		all = append(all, server.Listener{Listener: l, Handler: site.Operations(l.Addr().String())})
	}
	return all, nil
}
