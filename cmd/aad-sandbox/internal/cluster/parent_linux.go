package cluster

import "syscall"

// diesWithParent makes the kernel end a child whose parent was killed.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
