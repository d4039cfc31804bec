package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/atlas"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/census"
	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/glossary"
	"github.com/pedigree-ml/pedigree/notice"
	"github.com/pedigree-ml/pedigree/transfer"
)

// atlasFlags say whom the catalog tells of entities, and what it may read.
type atlasFlags struct {
	AtlasKafka     []string `help:"Tell the Kafka brokers at these addresses, under the topic ATLAS_ENTITIES, what happens to entities." placeholder:"HOST:PORT"`
	AtlasKafkaTLS  bool     `name:"atlas-kafka-tls" help:"Connect to --atlas-kafka by TLS."`
	AtlasImportDir string   `help:"Directory of archives that clients may bring in by name, by admin/importfile; none if not given." placeholder:"DIR"`
}

// prepareCatalog makes the rules of the catalog. Archives that are brought in lie in dir
// until that is done.
func (e *engine) prepareCatalog(dir string) {
	entities := catalog.New(e.store, e.types)
	e.catalog = atlas.Services{
		Types: e.types, Entities: entities, Glossaries: glossary.New(entities), Transfers: transfer.New(e.store, e.types, entities, dir),
		Notices: notice.New(e.store, entities), Census: census.New(e.store, e.types), Discovery: discovery.New(entities), Version: versionName(),
	}
}

// openCatalog does what flags say of the catalog. Whoever starts the server chooses
// the brokers, so any address will do.
func (e *engine) openCatalog(ctx context.Context, f atlasFlags, log *slog.Logger) error {
	if err := e.types.CheckStored(ctx); err != nil {
		return fmt.Errorf("the catalog in the store needs types that there are not: %s; start with the --atlas-models that it was filled with", explain(err))
	}
	if f.AtlasImportDir != "" {
		dir, err := os.OpenRoot(f.AtlasImportDir)
		if err != nil {
			return fmt.Errorf("--atlas-import-dir: %s", explain(err))
		}
		e.closers = append(e.closers, dir.Close)
		e.catalog.ImportDir = dir
	}
	if len(f.AtlasKafka) == 0 {
		return nil
	}
	for _, address := range f.AtlasKafka {
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			return fmt.Errorf("--atlas-kafka has %q; want the address of a broker, such as kafka.example:9092", address)
		}
	}
	anywhere := []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
	client := egress.New(egress.Options{Allow: anywhere})
	dial := client.Dial
	if f.AtlasKafkaTLS {
		dial = client.DialTLS
	}
	sender, err := e.catalog.Notices.NewSender(ctx, pedigree.DefaultWorkspace, f.AtlasKafka, dial, log)
	if err != nil {
		return fmt.Errorf("--atlas-kafka: %w", err)
	}
	e.notices = sender
	return nil
}

// atlas gives the wire of Apache Atlas over the rules.
func (e *engine) atlas() *atlas.Handler { return atlas.New(e.catalog) }
