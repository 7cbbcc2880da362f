//go:build !linux && !windows

package caller

import "os"

// Parent returns the process that started this one, by its number alone.
func Parent() Process { return Process{PID: os.Getppid()} }
