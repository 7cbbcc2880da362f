//go:build unix

package host

import "syscall"

// ownGroup keeps the terminal's Ctrl-C from the child: its parent stops it.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
