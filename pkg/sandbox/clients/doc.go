// Package clients holds tests only: clients that other people wrote run against
// the sandbox, with nothing changed but where their requests go. It tests none
// of this project's own commands.
//
// The tests install what they need and take minutes, so they ask to be asked:
//
//	AAD_TEST_CLIENTS=1 go test -count=1 -v -timeout 20m ./pkg/sandbox/clients/
package clients
