// Package bench loads a server that speaks MLflow REST, or ML Metadata over
// gRPC, and says what each operation cost it: rate, latency, processor time,
// memory and start time.
//
// The load is a closed loop: each client sends its next request when the
// previous answer is in, on a connection of its own that it keeps. Phases are
// bounded in count and in time, so that slow servers end too. The client for
// REST is written for this alone and spends a few microseconds a request,
// because it shares the processors with the server under test; that for gRPC is
// grpc-go, which spends some 40.
//
// Processor time is read from the kernel's clocks of the server's process tree
// and is the figure to trust on a machine that others use as well: waiting for
// a processor raises latency and lowers rate, but hardly changes it.
package bench
