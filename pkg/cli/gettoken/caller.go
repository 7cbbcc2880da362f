package gettoken

import (
	"fmt"
	"os"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// caller names the program that wants the token, for those who wait: the
// parent where its name can be read without starting anything (Linux), else
// this one.
func caller(parent, self int) (program string, pid int) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", parent))
	if name := safetext.Clean(string(data)); err == nil && name != "" {
		return name, parent
	}
	return "kubectl-aad", self
}
