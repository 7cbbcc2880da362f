package caller

import (
	"bytes"
	"os"
	"strconv"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Parent returns the process that started this one.
func Parent() Process { return read(os.Getppid()) }

func read(pid int) Process {
	p := Process{PID: pid}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return p
	}
	p.Name, p.Start = parse(stat)
	return p
}

// parse finds the name and the start in proc(5)'s stat. A name may hold spaces
// and brackets: it ends at the last one. The start is field 22, in clock ticks
// since the machine started.
func parse(stat []byte) (name, start string) {
	open, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return "", ""
	}
	const startField = 22 - 3 // after the number and the name
	if fields := bytes.Fields(stat[end+1:]); len(fields) > startField {
		start = string(fields[startField])
	}
	return safetext.Clean(string(stat[open+1 : end])), start
}
