package explain

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestExplain(t *testing.T) {
	for word, want := range map[string]string{
		"AADSTS50057":  "AADSTS50057 (UserDisabled)",
		"50057":        "disabled in the directory",
		"aadsts53003:": "who: an administrator of the tenant",
		"20":           "exit code 20: somebody must sign in",
		"0":            "all is well",
		"31":           "somebody else changed it",
		"subject-form": "run: kubectl aad doctor --check subject-form",
		"Clock":        "this machine's clock is right",
	} {
		got, err := explain(word)
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("explain(%q) = %q, %v; want %q in it", word, got, err, want)
		}
	}
	for word, kind := range map[string]fault.Kind{"nonsense": fault.Usage, "": fault.Usage, "99": fault.NotFound, "AADSTS99999999": fault.NotFound, "AADSTS0": fault.Usage} {
		got, err := explain(word)
		if got != "" || fault.KindOf(err) != kind {
			t.Errorf("explain(%q) = %q, %v (kind %d, want %d)", word, got, err, fault.KindOf(err), kind)
		}
	}
}

func TestCommandPrintsOnlyTheAnswer(t *testing.T) {
	var out bytes.Buffer
	cmd := New(&factory.Factory{Streams: factory.Streams{Out: &out}})
	cmd.SetArgs([]string{"AADSTS7000222"})
	if err := cmd.Execute(); err != nil || !strings.HasPrefix(out.String(), "AADSTS7000222 (InvalidClientSecretExpiredKeysProvided)\n") {
		t.Errorf("%v: %q", err, out.String())
	}
}

func TestCompletionKnowsEveryKind(t *testing.T) {
	all := strings.Join(known(), "\n")
	for _, want := range []string{"\n20\t", "\n31\t", "\n10\t", "whoami\t", "AADSTS70043\t"} {
		if !strings.Contains("\n"+all, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
