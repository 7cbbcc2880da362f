//go:build !unix

package host

import "syscall"

// ownGroup has nothing to set here.
func ownGroup() *syscall.SysProcAttr { return nil }
