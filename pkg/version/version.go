// Package version says which build this is. It compares no versions and asks
// nobody for a newer one.
package version

// Version is set by the linker: -X github.com/kubectl-aad/kubectl-aad/pkg/version.Version=v1.2.3.
var Version = "v0.0.0-dev"

// UserAgent is what every request says of its sender.
func UserAgent() string { return "kubectl-aad/" + Version }
