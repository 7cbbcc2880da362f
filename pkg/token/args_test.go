package token

import (
	"slices"
	"testing"
)

func TestWithFlag(t *testing.T) {
	args := []string{"get-token", "-e=AzurePublicCloud", "--legacy", "--server-id=x", "-t", "contoso.com", "--unknown", "y", "-v5"}
	if got := JoinArgs(SplitArgs(args)); !slices.Equal(got, args) {
		t.Errorf("apart and together: %q", got)
	}
	want := map[string]string{"cloud": "AzurePublicCloud", "legacy": "true", "server-id": "x", "tenant-id": "contoso.com", "verbosity": "5"}
	for _, a := range SplitArgs(args) {
		if a.Flag != "" && want[a.Flag] != a.Value {
			t.Errorf("%+v", a)
		}
		delete(want, a.Flag)
	}
	if len(want) > 0 {
		t.Errorf("not seen: %v", want)
	}
	got := WithFlag(WithFlag([]string{"get-token", "--account=a", "-t", "x", "--account", "b"}, "account", "c"), "cloud", "china")
	if !slices.Equal(got, []string{"get-token", "--account", "c", "-t", "x", "--cloud", "china"}) {
		t.Errorf("got %q", got)
	}
	if got := WithFlag([]string{"get-token", "-v"}, "account", "c"); !slices.Equal(got, []string{"get-token", "--account", "c", "-v"}) {
		t.Errorf("a flag without its value: %q", got)
	}
	if got := WithoutFlag([]string{"get-token", "-t", "x", "--legacy"}, "tenant-id"); !slices.Equal(got, []string{"get-token", "--legacy"}) {
		t.Errorf("got %q", got)
	}
}

// Taking apart and putting together changes nothing.
func FuzzSplitArgs(f *testing.F) {
	f.Add("get-token", "--server-id", "=")
	f.Add("-t", "-", "--=x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		args := []string{a, b, c}
		if got := JoinArgs(SplitArgs(args)); !slices.Equal(got, args) {
			t.Errorf("%q became %q", args, got)
		}
	})
}
