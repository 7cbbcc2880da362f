//go:build !linux

package cluster

import "syscall"

// diesWithParent has no equivalent here: after a kill -9 of a cluster's
// process, its webhook stays until the next "up" in the same folder.
func diesWithParent() *syscall.SysProcAttr { return nil }
