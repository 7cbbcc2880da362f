//go:build !windows

package login

import "syscall"

// apart puts a program into a process group of its own.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
