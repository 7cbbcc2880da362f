package caller

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Parent returns the process that started this one. The front has core as a
// child on Windows: then it is the front's parent.
func Parent() Process {
	all := processes()
	p := all[uint32(os.Getppid())]
	if strings.EqualFold(p.name, "kubectl-aad.exe") {
		p = all[p.parent]
	}
	return Process{Name: safetext.Clean(p.name), PID: int(p.pid), Start: start(p.pid)}
}

type process struct {
	pid, parent uint32
	name        string
}

func processes() map[uint32]process {
	all := map[uint32]process{}
	snapshot, err := syscall.CreateToolhelp32Snapshot(syscall.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return all
	}
	defer syscall.CloseHandle(snapshot)
	var e syscall.ProcessEntry32
	e.Size = uint32(unsafe.Sizeof(e))
	for err = syscall.Process32First(snapshot, &e); err == nil; err = syscall.Process32Next(snapshot, &e) {
		all[e.ProcessID] = process{e.ProcessID, e.ParentProcessID, syscall.UTF16ToString(e.ExeFile[:])}
	}
	return all
}

func start(pid uint32) string {
	const queryLimited = 0x1000
	h, err := syscall.OpenProcess(queryLimited, false, pid)
	if err != nil {
		return ""
	}
	defer syscall.CloseHandle(h)
	var created, exited, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(h, &created, &exited, &kernel, &user) != nil {
		return ""
	}
	return strconv.FormatInt(created.Nanoseconds(), 10)
}
