// Package e2e proves the built binary from outside: real processes, real
// sockets, real disks. Its tests start the server that a user would start and
// know nothing of it but its command line and its wire.
//
// What needs Python (MLflow's own clients) is in scenarios, driven by the
// script run; README.md tells how.
package e2e
